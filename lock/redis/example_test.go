package redis_test

import (
	"context"
	"fmt"
	"time"

	"github.com/alicebob/miniredis/v2"
	goredis "github.com/redis/go-redis/v9"

	"github.com/rest-thumbnails/thumbnail/lock/redis"
)

func Example() {
	server := miniredis.NewMiniRedis() // stands in for your Redis
	if err := server.Start(); err != nil {
		panic(err)
	}
	defer server.Close()

	client := goredis.NewClient(&goredis.Options{Addr: server.Addr(), ContextTimeoutEnabled: true})
	defer client.Close()
	locker := redis.New(client, redis.Config{OnError: func(err error) { fmt.Println(err) }})
	defer locker.Close()

	ctx := context.Background()
	unlock, ok, err := locker.TryLock(ctx, "animals/kitten.jpg", 10*time.Second)
	fmt.Println(ok, err)
	_, ok, err = locker.TryLock(ctx, "animals/kitten.jpg", 10*time.Second)
	fmt.Println(ok, err)

	time.AfterFunc(10*time.Millisecond, func() { unlock() })
	fmt.Println(locker.Wait(ctx, "animals/kitten.jpg"))
	// Output:
	// true <nil>
	// false <nil>
	// <nil>
}
