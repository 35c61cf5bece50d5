package secrets_test

import (
	"bytes"
	"testing"

	"clientregistry/db/secrets"
)

func TestWhatIsSealedOpensForItsKeyAndPurposeOnly(t *testing.T) {
	t.Parallel()
	key := secrets.NewKey()
	sealed, err := secrets.Seal(key, "the seed", "of Lea")
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := secrets.Unseal(key, sealed, "of Lea"); plain != "the seed" || err != nil {
		t.Errorf("it opens as %q, %v", plain, err)
	}
	again, err := secrets.Seal(key, "the seed", "of Lea")
	if err != nil || bytes.Equal(again, sealed) || bytes.Contains(again, []byte("seed")) {
		t.Errorf("sealed again it is %x, %v", again, err)
	}
	changed := bytes.Clone(sealed)
	changed[len(changed)-1] ^= 1
	for what, c := range map[string]struct {
		key, sealed []byte
		purpose     string
	}{
		"another key":     {secrets.NewKey(), sealed, "of Lea"},
		"another purpose": {key, sealed, "of Tomas"},
		"a short key":     {key[1:], sealed, "of Lea"},
		"changed":         {key, changed, "of Lea"},
		"cut off":         {key, sealed[:5], "of Lea"},
		"nothing":         {key, nil, "of Lea"},
	} {
		if plain, err := secrets.Unseal(c.key, c.sealed, c.purpose); err == nil || plain != "" {
			t.Errorf("%s: it opens as %q", what, plain)
		}
	}
	if _, err := secrets.Seal(key[1:], "x", ""); err == nil {
		t.Error("a short key seals")
	}
}
