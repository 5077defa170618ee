//go:build unix

package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"syscall"

	"github.com/rest-thumbnails/thumbnail/storage/s3"
)

// startRedis starts a redis-server that writes nothing to disk, and returns its URL. Locks need not survive
// a restart.
func (c *cluster) startRedis(ctx context.Context) (url string, err error) {
	address, err := freeAddress()
	if err != nil {
		return "", err
	}
	if _, err := c.runRedis(ctx, address); err != nil {
		return "", err
	}
	return "redis://" + address + "/0", nil
}

// runRedis starts or restarts redis-server at an address.
func (c *cluster) runRedis(ctx context.Context, address string) (*process, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	p, err := c.launch("redis", syscall.SIGTERM, exec.Command(c.redis,
		"--bind", host, "--port", port, "--save", "", "--appendonly", "no", "--dir", c.dir, "--loglevel", "warning"))
	if err != nil {
		return nil, err
	}
	return p, ready(ctx, p, func(context.Context) error { return dial(address) })
}

// The buckets of a cluster. Originals and thumbnails need separate buckets.
const (
	photosBucket = "photos"
	thumbsBucket = "thumbs"
)

// startS3 starts an S3 server that stores objects as files in the cluster's directory.
func (c *cluster) startS3(ctx context.Context) (s3.Endpoint, error) {
	e := s3.Endpoint{Region: "us-east-1", AccessKey: "cluster", SecretKey: "a secret of loopback"}
	address, err := freeAddress()
	if err != nil {
		return e, err
	}
	root := filepath.Join(c.dir, "s3")
	if err := os.Mkdir(root, 0o755); err != nil {
		return e, err
	}
	cmd := exec.Command(c.versitygw, "--port", address, "--quiet", "posix", root)
	cmd.Env = environment("ROOT_ACCESS_KEY="+e.AccessKey, "ROOT_SECRET_KEY="+e.SecretKey)
	p, err := c.launch("s3", syscall.SIGTERM, cmd)
	if err != nil {
		return e, err
	}
	e.URL = "http://" + address
	return e, ready(ctx, p, func(ctx context.Context) error { return makeBuckets(ctx, e, photosBucket, thumbsBucket) })
}

// addressOfWorker matches the line that a worker prints when it listens.
var addressOfWorker = regexp.MustCompile(`http://(127\.0\.0\.1:\d+)/`)

// startWorker starts cmd/thumbnail, and returns its address.
func (c *cluster) startWorker(ctx context.Context, n int, binary string, e s3.Endpoint, redis, key string) (address string, err error) {
	cmd := exec.Command(binary, "-addr", "127.0.0.1:0", "-source", "s3://"+photosBucket, "-storage", "s3://"+thumbsBucket, "-lock", redis, "-wait", "20s")
	cmd.Env = environment("THUMBNAIL_KEY="+key, // in the environment, because ps shows arguments
		"AWS_ENDPOINT_URL="+e.URL, "AWS_REGION="+e.Region, "AWS_ACCESS_KEY_ID="+e.AccessKey, "AWS_SECRET_ACCESS_KEY="+e.SecretKey)
	found := make(chan string, 1)
	p, err := c.launch(fmt.Sprintf("worker %d", n), syscall.SIGTERM, cmd, func(line string) {
		if m := addressOfWorker.FindStringSubmatch(line); m != nil {
			select {
			case found <- m[1]:
			default:
			}
		}
	})
	if err != nil {
		return "", err
	}
	return address, ready(ctx, p, func(context.Context) error {
		select {
		case address = <-found:
			return nil
		default:
			return fmt.Errorf("%s printed no address", p.name)
		}
	})
}
