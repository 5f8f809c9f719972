package main

import (
	"os"
	"strconv"
	"strings"
	"time"
)

// The processors that the server and the generator are kept to.
const (
	serverCPU = "0"
	clientCPU = "1"
)

// tick is the unit of processor time in /proc.
const tick = 10 * time.Millisecond

// used is the processor time of a process; 0 where that cannot be found out.
func used(pid int) time.Duration {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * tick
}

// resident is the memory of a process in bytes; 0 where that cannot be found
// out.
func resident(pid int) int64 {
	status, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if value, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kilobytes, _ := strconv.ParseInt(strings.Fields(value)[0], 10, 64)
			return kilobytes << 10
		}
	}
	return 0
}

// busy is how much of the machine's processors is used by anybody, in ticks,
// and how much there was.
func busy() (used, all int64) {
	stat, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, 0
	}
	line, _, _ := strings.Cut(string(stat), "\n")
	for i, field := range strings.Fields(line)[1:] {
		n, _ := strconv.ParseInt(field, 10, 64)
		all += n
		if i != 3 && i != 4 { // idle, iowait
			used += n
		}
	}
	return used, all
}
