package bench

// Reading is one value of a measurement under way, for a meter to show.
type Reading struct {
	// What is measured, such as "the hog, of one CPU".
	What string `json:"what"`
	// Value is in Unit.
	Value float64 `json:"value"`
	// Full is the value at which a bar is full.
	Full float64 `json:"full"`
	// Unit is such as "%" or "MB".
	Unit string `json:"unit"`
	// Aside says the same in other words, such as "2.5 % of all 4 CPUs".
	Aside string `json:"aside,omitempty"`
	// Last marks the reading that ends the measurement.
	Last bool `json:"last,omitempty"`
}

// Read passes a reading on to whoever watches.
func (b *Bench) Read(r Reading) {
	if b.Meter != nil {
		b.Meter(r)
	}
}
