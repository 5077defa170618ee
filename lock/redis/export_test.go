package redis

import "time"

// PollEvery changes how often the waiters of l ask Redis though nothing was announced.
func PollEvery(l *Locker, d time.Duration) { l.pollEvery = d }
