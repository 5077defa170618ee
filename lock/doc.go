// Package lock implements locks that keep a thumbnail from being generated more than once: while one
// request generates it, other requests wait, or come back later.
//
//   - [Memory], the default, is for one process.
//   - [File] is for several processes on one host, with nothing to install. Use it as soon as two
//     workers share a directory of thumbnails.
//   - lock/redis is for several hosts.
//
// A lock avoids duplicate work, but correctness does not depend on it: storages replace a thumbnail whole
// or not at all, so two generations that overlap only cost time.
//
// All of these types implement [Locker] and [Waiter]. Memory and the Locker of lock/redis also implement
// [Historian]. They pass the tests of package locktest, which other implementations can use, too. The methods
// of Locker and Waiter are
//
//	TryLock(ctx context.Context, key string, ttl time.Duration) (unlock func() error, ok bool, err error)
//	Wait(ctx context.Context, key string) error
//
// TryLock never waits: if the key is held elsewhere, ok is false and err is nil. A key is any string, and
// is compared byte by byte. The lock lasts until unlock is called. If unlock is not called, the end of ctx
// counts as the death of the holder, and the lock lasts for ttl after that. A holder whose ctx has ended
// therefore has ttl to finish.
package lock
