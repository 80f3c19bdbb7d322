package ui

import (
	"testing"

	"byhand/lab/bench"
)

func TestMeter(t *testing.T) {
	r := bench.Reading{What: "the hog, of one CPU", Value: 50, Full: 100, Unit: "%", Aside: "25 % of all 2"}
	for _, test := range []struct {
		terminal Terminal
		want     string
	}{
		{Terminal{}, "[##########..........] the hog, of one CPU: 50 %, 25 % of all 2 _=#"},
		{Terminal{Unicode: true, Width: 40}, "[█████░░░░░] the hog, of one CPU: 50 %, 25 % of all 2 ▁▅█"},
	} {
		if got := test.terminal.meter(r, []float64{0, 0.5, 1.2}); got != test.want {
			t.Errorf("meter = %q; want %q", got, test.want)
		}
	}
}

func TestGauge(t *testing.T) {
	for _, test := range []struct {
		share float64
		want  string
	}{{-1, "...."}, {0, "...."}, {0.5, "##.."}, {1, "####"}, {7, "####"}} {
		if got := (Terminal{}).gauge(test.share, 4); got != test.want {
			t.Errorf("gauge(%v, 4) = %q; want %q", test.share, got, test.want)
		}
	}
}
