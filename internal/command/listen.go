package command

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"syscall"
	"time"
)

// generation is the time limit of one generation.
const generation = 30 * time.Second

// listen listens, calls ready with the address, and serves until ctx ends. It then waits for the requests
// in progress, so that no generation is lost.
func listen(ctx context.Context, opt *options, h http.Handler, ready func(url string)) error {
	// A request may first wait for the generation of another request. Then it may generate the thumbnail itself, and then
	// the answer has to be sent.
	longest := opt.wait + generation + 30*time.Second
	server := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      longest,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
	}
	listener, err := net.Listen("tcp", opt.addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("%s is in use; stop the program that uses it, or choose another address, such as -addr 127.0.0.1:0 for a free port: %w", opt.addr, err)
	}
	if err != nil {
		return fmt.Errorf("-addr: %w", err)
	}
	ready(address(listener))

	drained := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), longest)
		defer cancel()
		drained <- server.Shutdown(limit)
	})
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		stop()
		return err
	}
	if err := <-drained; err != nil {
		return fmt.Errorf("requests in progress did not finish: %w", err)
	}
	return nil
}

// address returns the URL at which a browser on this machine reaches the listener.
func address(listener net.Listener) string {
	addr := listener.Addr().(*net.TCPAddr)
	host := addr.IP.String()
	if addr.IP.IsUnspecified() {
		host = "localhost"
	}
	return fmt.Sprintf("http://%s/", net.JoinHostPort(host, fmt.Sprint(addr.Port)))
}
