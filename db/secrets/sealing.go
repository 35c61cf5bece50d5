package secrets

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
)

// KeySize is how many bytes a key has: AES-256.
const KeySize = 32

// NewKey returns a random key to seal with.
func NewKey() []byte {
	key := make([]byte, KeySize)
	rand.Read(key)
	return key
}

// Seal encrypts a text with AES-GCM. purpose says what it is and whose: it opens
// for no other. The error is a key of another size.
func Seal(key []byte, plain, purpose string) ([]byte, error) {
	gcm, err := sealer(key)
	if err != nil {
		return nil, err
	}
	return gcm.Seal(nil, nil, []byte(plain), []byte(purpose)), nil
}

// Unseal returns the text that was sealed. It returns an error where the key or
// the purpose is another one, or the sealed bytes were changed.
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
