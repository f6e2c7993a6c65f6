package ring

// SnapshotNote begins the text of a note that asks whoever collects for a
// snapshot of the last of the recording. Why follows.
const SnapshotNote = "snapshot wanted: "
