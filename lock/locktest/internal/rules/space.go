package rules

import (
	"time"

	"github.com/rest-thumbnails/thumbnail/lock"
)

// A Space is a lock space in which no key is locked. Its fields are those of locktest.Harness, which documents
// them.
type Space struct {
	Start        func() Process
	Advance      func(d time.Duration)
	TTL, Timeout time.Duration
	NoRenewal    bool
}

// A Process uses the lock. Its fields are those of locktest.Process, which documents them.
type Process struct {
	Locker    lock.Locker
	Kill      func()
	Pause     func() (resume func())
	DropReply func()
	Stall     func() (resume func())
}
