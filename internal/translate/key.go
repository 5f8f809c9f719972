package translate

// A Key is what two segments that mean the same share: a SHA-256 of the words
// with quotes, blanks, hyphens, contractions, letter case and the final stop
// made alike.
type Key [32]byte
