package demo

import (
	"time"

	"example.org/tocsin/internal/fakegraph"
)

func (d *Demo) Incident(start time.Time, speed float64) fakegraph.Timeline { return nil }
