package db

// LockFile takes a file's lock as a running server does.
var LockFile = lockFile
