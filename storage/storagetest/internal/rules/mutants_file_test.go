package rules

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"path"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/rest-thumbnails/thumbnail/storage"
)

// oddFile is a file with one method replaced.
type oddFile struct {
	fs.File
	info  func(fs.FileInfo) fs.FileInfo
	read  func([]byte) (int, error)
	close func() error
}

func (f oddFile) Stat() (fs.FileInfo, error) {
	info, err := f.File.Stat()
	if f.info != nil {
		info = f.info(info)
	}
	return info, err
}

func (f oddFile) Read(b []byte) (int, error) {
	if f.read != nil {
		return f.read(b)
	}
	return f.File.Read(b)
}

func (f oddFile) Close() error {
	if f.close != nil {
		return f.close()
	}
	return f.File.Close()
}

type oddInfo struct {
	fs.FileInfo
	mode fs.FileMode
	size int64
	time time.Time
}

func (i oddInfo) Mode() fs.FileMode  { return i.mode }
func (i oddInfo) IsDir() bool        { return i.mode.IsDir() }
func (i oddInfo) Size() int64        { return i.size }
func (i oddInfo) ModTime() time.Time { return i.time }

// withInfo returns a storage that changes the result of Stat of its files.
func withInfo(change func(*oddInfo)) func() storage.Storage {
	return func() storage.Storage {
		return &model{file: func(_ *model, key string, c content) fs.File {
			return oddFile{File: plainFile(key, c), info: func(info fs.FileInfo) fs.FileInfo {
				odd := &oddInfo{info, info.Mode(), info.Size(), info.ModTime()}
				change(odd)
				return odd
			}}
		}}
	}
}

// fileMutants violate the rules about open files.
var fileMutants = []mutant{
	{"regular", "a directory", withInfo(func(i *oddInfo) { i.mode |= fs.ModeDir })},
	{"size", "unknown", withInfo(func(i *oddInfo) { i.size = -1 })},
	{"size", "of what is left in a buffer", withInfo(func(i *oddInfo) { i.size = min(i.size, 4096) })},
	{"time", "of Open", withInfo(func(i *oddInfo) { i.time = time.Now() })},
	{"time", "none", withInfo(func(i *oddInfo) { i.time = time.Time{} })},
	{"end", "begins again", func() storage.Storage {
		return &model{file: func(_ *model, key string, c content) fs.File {
			r := strings.NewReader(c.data)
			return oddFile{File: plainFile(key, c), read: func(b []byte) (int, error) {
				n, err := r.Read(b)
				if err == io.EOF {
					r.Reset(c.data + " ")
				}
				return n, err
			}}
		}}
	}},
	{"small reads", "wants a larger buffer", func() storage.Storage {
		return &model{file: func(_ *model, key string, c content) fs.File {
			f := plainFile(key, c)
			return oddFile{File: f, read: func(b []byte) (int, error) {
				if len(b) < 2 {
					return 0, io.ErrShortBuffer
				}
				return f.Read(b)
			}}
		}}
	}},
	{"seek", "forgets the end", func() storage.Storage {
		return &model{file: func(_ *model, key string, c content) fs.File {
			r := strings.NewReader(c.data)
			info := storage.Info{Name: key, ModTime: c.modTime}
			return storage.NewFile(struct {
				io.ReadSeeker
				sizer
			}{badSeeker{r}, r}, info)
		}}
	}},
	{"own position", "one handle for all", func() storage.Storage {
		var mu sync.Mutex
		var shared fs.File
		return &model{file: func(_ *model, key string, c content) fs.File {
			if key != "two.jpg" {
				return plainFile(key, c)
			}
			mu.Lock()
			defer mu.Unlock()
			if shared == nil {
				shared = plainFile(key, c)
			}
			return shared
		}}
	}},
	{"replaced while open", "looks the key up again", func() storage.Storage {
		return &model{file: func(m *model, key string, c content) fs.File {
			if key != "open.jpg" {
				return plainFile(key, c)
			}
			at := 0
			return oddFile{File: plainFile(key, c), read: func(b []byte) (int, error) {
				data := m.get(key)
				n := copy(b, data[min(at, len(data)):])
				at += n
				if n == 0 {
					return 0, io.EOF
				}
				return n, nil
			}}
		}}
	}},
	{"close", "complains of what was not read", func() storage.Storage {
		return &model{file: func(_ *model, key string, c content) fs.File {
			return oddFile{File: plainFile(key, c), close: func() error { return errors.New("connection in use") }}
		}}
	}},
}

type sizer interface{ Size() int64 }

type badSeeker struct{ *strings.Reader }

func (s badSeeker) Seek(offset int64, whence int) (int64, error) {
	if whence == io.SeekEnd {
		whence = io.SeekStart
	}
	return s.Reader.Seek(offset, whence)
}

// removeMutants violate the rules about RemoveAll.
var removeMutants = []mutant{
	{"under the prefix", "to a depth of three", func() storage.Storage {
		return &model{under: func(key, prefix string) bool {
			rest, ok := strings.CutPrefix(key, prefix+"/")
			return ok && strings.Count(rest, "/") < 3
		}}
	}},
	{"many", "one page of a listing", func() storage.Storage {
		var left atomic.Int32
		left.Store(1000)
		return &model{under: func(key, prefix string) bool {
			return strings.HasPrefix(key, prefix+"/") && left.Add(-1) >= 0
		}}
	}},
	{"whole segments", "a prefix of bytes", func() storage.Storage {
		return &model{under: func(key, prefix string) bool { return key != prefix && strings.HasPrefix(key, prefix) }}
	}},
	{"no pattern", "glob", func() storage.Storage {
		return &model{under: func(key, prefix string) bool {
			match, _ := path.Match(prefix+"/*", key)
			return match || strings.HasPrefix(key, prefix+"/")
		}}
	}},
	{"no pattern", "LIKE", func() storage.Storage {
		return &model{under: func(key, prefix string) bool {
			return strings.HasPrefix(key, prefix+"/") || strings.HasPrefix(key, strings.TrimSuffix(prefix, "%")) && strings.HasSuffix(prefix, "%")
		}}
	}},
	{"not the key itself", "os.RemoveAll", func() storage.Storage {
		return &model{under: func(key, prefix string) bool { return key == prefix || strings.HasPrefix(key, prefix+"/") }}
	}},
	{"nothing there", "ENOTDIR", func() storage.Storage {
		m := new(model)
		return broken{model: m, removeAll: func(ctx context.Context, prefix string) error {
			if storage.ValidKey(prefix) && m.has(func(key string) bool { return strings.HasPrefix(prefix, key+"/") }) {
				return syscall.ENOTDIR
			}
			return m.RemoveAll(ctx, prefix)
		}}
	}},
	{"invalid prefix", "the empty one is everything", func() storage.Storage {
		m := new(model)
		return broken{model: m, removeAll: func(ctx context.Context, prefix string) error {
			if prefix == "" {
				m.removeUnder("a")
				return nil
			}
			return m.RemoveAll(ctx, prefix)
		}}
	}},
	{"invalid prefix", "path.Clean", func() storage.Storage {
		m := new(model)
		return broken{model: m, removeAll: func(ctx context.Context, prefix string) error {
			return m.RemoveAll(ctx, path.Clean(prefix))
		}}
	}},
	{"canceled", "does not look", func() storage.Storage {
		m := new(model)
		return broken{model: m, removeAll: func(ctx context.Context, prefix string) error {
			return m.RemoveAll(context.WithoutCancel(ctx), prefix)
		}}
	}},
	{"put again", "what is deleted stays deleted", func() storage.Storage {
		var tombs sync.Map
		m := new(model)
		m.under = func(key, prefix string) bool {
			under := strings.HasPrefix(key, prefix+"/")
			if under {
				tombs.Store(key, true)
			}
			return under
		}
		return broken{model: m, open: func(ctx context.Context, key string) (fs.File, error) {
			if _, deleted := tombs.Load(key); deleted {
				return nil, fs.ErrNotExist
			}
			return m.Open(ctx, key)
		}}
	}},
	{"at once with Put", "the folder is gone", func() storage.Storage {
		var removals atomic.Int32
		m := new(model)
		return broken{model: m,
			put: func(ctx context.Context, key string, r io.Reader) error {
				before := removals.Load()
				if strings.HasPrefix(key, "deep/") {
					time.Sleep(time.Millisecond)
				}
				err := m.Put(ctx, key, r)
				if removals.Load() != before {
					return fs.ErrNotExist
				}
				return err
			},
			removeAll: func(ctx context.Context, prefix string) error {
				defer removals.Add(1)
				return m.RemoveAll(ctx, prefix)
			}}
	}},
}
