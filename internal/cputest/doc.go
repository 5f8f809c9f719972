// Package cputest measures benchmarks by the processor time that they use,
// which a busy machine changes less than the time that passes.
package cputest
