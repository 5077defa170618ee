package thumbnail

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"

	"github.com/rest-thumbnails/thumbnail/internal/ability"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// pingBytes is the size of the file that Ping stores.
const pingBytes = 32

// Ping checks that the Storage works, for start-up and health checks: it stores a small file, reads it, and
// removes it. If the Storage can't remove files, every Ping stores the same file, and it stays. Ping has no
// timeout of its own; use ctx.
func (h *Handler) Ping(ctx context.Context) error {
	return h.safely(ctx, "", "ping", func() error { return h.ping(ctx) })
}

func (h *Handler) ping(ctx context.Context) (err error) {
	content := make([]byte, pingBytes)
	if _, err := rand.Read(content); err != nil {
		return serverError("ping", err)
	}
	one, removesOne := ability.Find[storage.Deleter](h.cfg.Storage)
	all, removesAll := ability.Find[Remover](h.cfg.Storage)
	source := "thumbnail-ping"
	if removesOne || removesAll { // several processes may ping
		source = fmt.Sprintf("thumbnail-ping-%x", content[:8])
	}
	key := source + "/1x1/ping/0.txt" // not a thumbnail: the path can't be signed
	if err := h.cfg.Storage.Put(ctx, key, bytes.NewReader(content)); err != nil {
		return serverError("ping: put", err)
	}
	defer func() {
		var removed error
		switch {
		case removesAll:
			removed = all.RemoveAll(ctx, source)
		case removesOne:
			removed = one.Remove(ctx, key)
		}
		if removed != nil {
			err = errors.Join(err, serverError("ping: remove", removed))
		}
	}()
	f, err := h.cfg.Storage.Open(ctx, key)
	if err != nil {
		return serverError("ping: open", err)
	}
	defer f.Close()
	got, err := io.ReadAll(io.LimitReader(&contextReader{ctx: ctx, r: f}, pingBytes+1))
	if err != nil {
		return serverError("ping: read", err)
	}
	if !bytes.Equal(got, content) && (removesOne || removesAll) {
		return serverError("ping", errors.New("what was read is not what was stored"))
	}
	return nil
}
