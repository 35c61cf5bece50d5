package secrets

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
)

// KeySize is the size of a key in bytes, for AES-256.
const KeySize = 32

// NewKey returns a random key.
func NewKey() []byte {
	key := make([]byte, KeySize)
	rand.Read(key)
	return key
}

// Seal encrypts a text with AES-GCM. It can only be opened with the same purpose, which says what
// the text is and whose. It returns an error if the key has the wrong size.
func Seal(key []byte, plain, purpose string) ([]byte, error) {
	gcm, err := sealer(key)
	if err != nil {
		return nil, err
	}
	return gcm.Seal(nil, nil, []byte(plain), []byte(purpose)), nil
}

// Unseal returns the sealed text. It returns an error if the key or the purpose differs, or the
// sealed bytes were changed.
func Unseal(key, sealed []byte, purpose string) (plain string, err error) {
	gcm, err := sealer(key)
	if err != nil {
		return "", err
	}
	opened, err := gcm.Open(nil, nil, sealed, []byte(purpose))
	return string(opened), err
}

func sealer(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}
