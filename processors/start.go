package processors

// A Starter is an Encoder that has to prepare something before its first image, such as a codec that is
// compiled when the program runs. NewHandler calls Start, and returns its error, so that no request waits
// for it. Several handlers may share an encoder, so further calls of Start have to return quickly.
type Starter interface {
	Start() error
}
