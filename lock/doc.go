// Package lock implements the locks that keep a thumbnail from being generated more than once:
// while one request generates it, others wait, or come again later.
//
//   - [Memory], the default, is for one process.
//   - [File] is for several processes on one host, with nothing to install. Use it as soon as two
//     workers share a directory of thumbnails.
//   - lock/redis is for several hosts.
//
// A lock saves work and does not guard correctness: storages replace a thumbnail whole or not at
// all, so two generations that happen to overlap cost time and nothing else.
//
// All of them implement thumbnail.Locker and thumbnail.Waiter, and pass package locktest, which
// tests other implementations, too:
//
//	TryLock(ctx context.Context, key string, ttl time.Duration) (unlock func() error, ok bool, err error)
//	Wait(ctx context.Context, key string) error
//
// TryLock never waits: if the key is held elsewhere, ok is false and err is nil. A key is any
// string, and is compared byte by byte. The lock lasts until unlock. If unlock is not called, the
// end of ctx counts as the holder's death, and the lock lasts for ttl after that, so that a holder
// whose ctx has ended has ttl to finish.
package lock
