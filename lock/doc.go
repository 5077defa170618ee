// Package lock has the locks that make each thumbnail once: while one request generates it, the others know
// and wait, or come again later.
//
//   - [Memory], the library's default: the goroutines of one process.
//   - [File]: several processes on one host, with nothing to install. Take it as soon as two workers share a
//     directory of thumbnails.
//   - lock/redis: several hosts.
//
// A lock saves work, it does not guard correctness: storages replace a thumbnail whole or not at all, so two
// generations that happen to overlap cost time and nothing else.
//
// All of them have the two methods of thumbnail.Locker and thumbnail.Waiter, and pass package locktest, which tests
// yours too:
//
//	TryLock(ctx context.Context, key string, ttl time.Duration) (unlock func() error, ok bool, err error)
//	Wait(ctx context.Context, key string) error
//
// TryLock never waits: a key that is held elsewhere is ok == false with a nil error. A key is any string; it is
// compared byte by byte. The lock lasts until unlock. If unlock is not called, the end of ctx counts as the holder's
// death, and the lock lasts for ttl after that, so a holder whose ctx has ended has ttl to finish.
package lock
