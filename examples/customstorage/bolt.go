package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"time"

	"github.com/rest-thumbnails/thumbnail/storage"
	"go.etcd.io/bbolt"
)

var bucket = []byte("thumbnails")

// Bolt keeps thumbnails in one bbolt file. A storage does not need to import package thumbnail: a type with
// the methods Open and Put is a storage, and RemoveAll is optional. A value in the database is the time of
// the Put, in 8 bytes, followed by the content.
type Bolt struct{ db *bbolt.DB }

// OpenBolt opens the file at path, and creates it if it does not exist. Close it after use.
func OpenBolt(path string) (*Bolt, error) {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: time.Second}) // only one process can open it at a time
	if err != nil {
		return nil, err
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		_, err := tx.CreateBucketIfNotExists(bucket)
		return err
	})
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &Bolt{db}, nil
}

func (b *Bolt) Close() error { return b.db.Close() }

func (b *Bolt) Open(ctx context.Context, key string) (fs.File, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var value []byte
	err := b.db.View(func(tx *bbolt.Tx) error {
		value = bytes.Clone(tx.Bucket(bucket).Get([]byte(key))) // the result of Get is valid only during the transaction
		return nil
	})
	if err == nil && value == nil {
		err = fs.ErrNotExist // the handler then makes the thumbnail
	}
	if err == nil && len(value) < 8 {
		err = errors.New("not written by this program")
	}
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: key, Err: err}
	}
	put := time.Unix(0, int64(binary.BigEndian.Uint64(value)))
	return storage.NewFile(bytes.NewReader(value[8:]), storage.Info{Name: key, ModTime: put}), nil
}

func (b *Bolt) Put(ctx context.Context, key string, r io.Reader) error {
	if !storage.ValidKey(key) {
		return &fs.PathError{Op: "put", Path: key, Err: fs.ErrInvalid}
	}
	// Read all of r before the transaction begins: if r fails, nothing is stored, and a slow r blocks no other
	// Put.
	value := bytes.NewBuffer(binary.BigEndian.AppendUint64(nil, uint64(time.Now().UnixNano())))
	if _, err := value.ReadFrom(r); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return b.db.Update(func(tx *bbolt.Tx) error { return tx.Bucket(bucket).Put([]byte(key), value.Bytes()) })
}

// RemoveAll makes Handler.Remove work. Keys are sorted, so the thumbnails of one source are adjacent.
func (b *Bolt) RemoveAll(ctx context.Context, prefix string) error {
	if !storage.ValidKey(prefix) {
		return &fs.PathError{Op: "removeall", Path: prefix, Err: fs.ErrInvalid}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	under := []byte(prefix + "/")
	return b.db.Update(func(tx *bbolt.Tx) error {
		cursor := tx.Bucket(bucket).Cursor()
		for key, _ := cursor.Seek(under); bytes.HasPrefix(key, under); key, _ = cursor.Seek(under) {
			if err := cursor.Delete(); err != nil {
				return err
			}
		}
		return nil
	})
}
