// Package detectors holds the anomalies that aoi-trace knows, one file each.
//
// A detector's Doc is its documentation: what the anomaly is, the condition,
// whether a certain finding can be wrong and under which assumption it cannot,
// the evidence, known false alarms and usual causes.
package detectors

import "github.com/aoi-trace/aoi-trace/analyze"

// The ranks of the families: a lower rank on the same pair in the same
// interval is a consequence of a higher one.
const (
	rankTopology = iota
	rankAsymmetry
	rankView     // a view is wrong at an evaluation
	rankChange   // a view changed wrongly
	rankProtocol // the sequence of a pair's view events is wrong
)

// All lists the detectors in the order in which people read them.
var All = []*analyze.Detector{
	DoubleEnter,
	StrayLeave,
	Ghost,
	MissedEnter,
	MissedLeave,
	SpuriousEnter,
	SpuriousLeave,
	Asymmetry,
	BadPosition,
	Oscillation,
}

// Named returns the detector called name, or nil.
func Named(name string) *analyze.Detector {
	for _, d := range All {
		if d.Name == name {
			return d
		}
	}
	return nil
}
