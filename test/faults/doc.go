// Package faults kills, starves and confuses the program and holds what is left
// against its promises.
//
// A run has a [History], to which everybody who takes part appends what they saw,
// and a check that knows what must be true of it. [Fork] runs the test binary as
// another process, which [KillAt] ends with SIGKILL before its n-th statement to
// the database. What a test chooses at random comes from [Seed], which it prints;
// TOCSIN_FAULTS_SEED repeats it. Rare branches that a run must reach are named in
// a [Sometimes] register: a run in which one was never reached fails, since it has
// shown less than it says.
//
// Faults that were found this way are listed in FOUND.md with the command that
// shows each again.
package faults
