package render

import (
	"testing"
	"time"
)

func TestNumbers(t *testing.T) {
	for _, test := range []struct{ got, want string }{
		{Count(0), "0"},
		{Count(999), "999"},
		{Count(1000), "1,000"},
		{Count(uint64(18446744073709551615)), "18,446,744,073,709,551,615"},
		{Plural(1, "event"), "1 event"},
		{Plural(0, "event"), "0 events"},
		{Bytes(0), "0 bytes"},
		{Bytes(1023), "1023 bytes"},
		{Bytes(1024), "1 KiB"},
		{Bytes(1023 * 1024), "0.999 MiB"},
		{Bytes(5 << 30), "5 GiB"},
		{Bytes(3 << 50), "3072 TiB"},
		{Seconds(0), "0 s"},
		{Seconds(1500 * time.Millisecond), "1.5 s"},
		{Seconds(2999999880), "3 s"},
		{Seconds(90*time.Second + 400*time.Microsecond), "90 s"},
		{Seconds(1234 * time.Microsecond), "0.00123 s"},
		{figure(0.35), "0.35"},
		{figure(36054), "36,054"},
		{figure(-2), "-2"},
		{figure(0.99823), "0.9982"},
	} {
		if test.got != test.want {
			t.Errorf("got %q, want %q", test.got, test.want)
		}
	}
}
