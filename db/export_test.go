package db

// LockFile takes a file's lock as a running server does.
var LockFile = lockFile

// CountUpTo makes lists count less, so that few rows are many.
func (d *DB) CountUpTo(n int) { d.most = n }

// OpenReaders is how many connections are open to read.
func OpenReaders(d *DB) int { return d.reader.Stats().OpenConnections }
