package store

// maxUnpacked bounds the size of what [Store.Unpack] returns, in bytes.
const maxUnpacked = 64 << 20

// Pack compresses bytes that are stored and not searched (Zstandard, RFC 8878).
func (s *Store) Pack(body []byte) []byte { return s.encoder.EncodeAll(body, nil) }

// Unpack returns the bytes that [Store.Pack] was given, at most 64 MiB.
func (s *Store) Unpack(packed []byte) ([]byte, error) {
	return s.decoder.DecodeAll(packed, nil)
}
