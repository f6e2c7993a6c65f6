package trace

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
)

// Version is the version of the file format that this package writes, and the
// newest that it reads.
const Version = 1

// magic begins a trace file. Its first byte is no ASCII; its line ends are
// changed by what takes a trace for text.
const magic = "\x8faoi\r\n\x1a\n"

// blockMagic begins each block.
const blockMagic = "\xa0aoiblk\xd7"

// The fixed sizes, in bytes.
const (
	prefaceSize = 16 // magic, version, reserved, CRC32C
	frameSize   = 36 // what a block begins with
	endSize     = 32 // the meta part of the end mark
)

// The limits. What exceeds one is damage and is refused before any room is
// made for it.
const (
	maxEvents   = 1 << 16 // in a block
	maxMeta     = 4 << 20 // bytes
	maxPayload  = 16 << 20
	maxStrings  = 4 << 20 // bytes of all strings of a block
	maxNames    = 1 << 20 // bytes of all stream names of a block
	maxName     = 1 << 12 // bytes of a stream name
	maxSeq      = 1 << 62 // sequence numbers and counts stay below
	maxAttached = 1 << 30 // bytes of an attachment
	partSize    = 1 << 20 // bytes of an attachment's part
	indexPart   = 1 << 12 // entries of an index block
)

// The kinds of blocks. A reader skips those that it does not know.
const (
	blockHeader = 1 // facts about the file, as key and value
	blockEvents = 2
	blockAttach = 3 // a part of an attachment
	blockIndex  = 4
	blockEnd    = 5
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func checksum(b []byte) uint32 { return crc32.Checksum(b, castagnoli) }

// appendPreface appends what a file begins with.
func appendPreface(dst []byte) []byte {
	start := len(dst)
	dst = append(dst, magic...)
	dst = binary.LittleEndian.AppendUint16(dst, Version)
	dst = append(dst, 0, 0)
	return binary.LittleEndian.AppendUint32(dst, checksum(dst[start:]))
}

// A frame is the fixed part of a block.
type frame struct {
	kind    byte
	ordinal uint32 // of the block in the file, from 0
	meta    int    // bytes
	payload int
	metaSum uint32
	dataSum uint32
}

func (f *frame) size() int { return frameSize + f.meta + f.payload }

func appendBlock(dst []byte, kind byte, ordinal uint32, meta, payload []byte) []byte {
	start := len(dst)
	dst = append(dst, blockMagic...)
	dst = append(dst, kind, 0, 0, 0)
	dst = binary.LittleEndian.AppendUint32(dst, ordinal)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(meta)))
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(payload)))
	dst = binary.LittleEndian.AppendUint32(dst, checksum(meta))
	dst = binary.LittleEndian.AppendUint32(dst, checksum(payload))
	dst = binary.LittleEndian.AppendUint32(dst, checksum(dst[start:]))
	dst = append(dst, meta...)
	return append(dst, payload...)
}

// parseFrame reads the frame that b, of at least frameSize bytes, begins with.
func parseFrame(b []byte) (frame, error) {
	u32 := func(i int) uint32 { return binary.LittleEndian.Uint32(b[i:]) }
	if string(b[:len(blockMagic)]) != blockMagic {
		return frame{}, fmt.Errorf("no block begins here")
	}
	if checksum(b[:frameSize-4]) != u32(frameSize-4) {
		return frame{}, fmt.Errorf("the block's frame has a wrong checksum")
	}
	f := frame{kind: b[8], ordinal: u32(12), metaSum: u32(24), dataSum: u32(28)}
	if u32(16) > maxMeta || u32(20) > maxPayload {
		return frame{}, fmt.Errorf("the block claims %d and %d bytes: at most %d and %d are possible", u32(16), u32(20), maxMeta, maxPayload)
	}
	f.meta, f.payload = int(u32(16)), int(u32(20))
	return f, nil
}
