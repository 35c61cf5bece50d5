package secrets

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestAHashIsNoWeakerThanTheFloor(t *testing.T) {
	t.Parallel()
	hashes := map[string]bool{}
	for range 2 {
		hash, err := HashPassword(t.Context(), "right password")
		if err != nil {
			t.Fatal(err)
		}
		hashes[hash] = true
		parts := strings.Split(hash, "$")
		var memory, passes, lanes int
		_, err = fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &passes, &lanes)
		if err != nil || parts[1] != "argon2id" || memory < 19*1024 || passes < 2 || lanes != 1 {
			t.Errorf("%s: %v", hash, err)
		}
		if salt, err := base64.RawStdEncoding.DecodeString(parts[4]); err != nil || len(salt) != 16 {
			t.Errorf("a salt of %d bytes, %v", len(salt), err)
		}
	}
	if len(hashes) != 2 {
		t.Error("one password has one hash")
	}
}

func TestTwoPasswordsAreHashedAtOnceAndNoMore(t *testing.T) {
	// Not parallel: it counts all hashing in the package.
	var now, most atomic.Int32
	entered, release := make(chan struct{}, 8), make(chan struct{})
	real := idKey
	defer func() { idKey = real }()
	idKey = func([]byte, []byte, uint32, uint32, uint8, uint32) []byte {
		n := now.Add(1)
		defer now.Add(-1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		entered <- struct{}{}
		<-release
		return make([]byte, 32)
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if _, err := HashPassword(t.Context(), "x"); err != nil {
				t.Error(err)
			}
		})
	}
	<-entered
	<-entered
	if len(entered) > 0 {
		t.Error("a third one is let in")
	}
	close(release)
	group.Wait()
	if most.Load() != 2 {
		t.Errorf("%d were hashed at once", most.Load())
	}
}

func TestWhoWaitsTooLongIsTurnedAway(t *testing.T) {
	// Not parallel: it occupies both slots.
	hash, err := HashPassword(t.Context(), "x")
	if err != nil {
		t.Fatal(err)
	}
	defer func(usual time.Duration) {
		Patience = usual
		<-hashing
		<-hashing
	}(Patience)
	Patience = time.Nanosecond
	hashing <- struct{}{}
	hashing <- struct{}{}
	if _, err := HashPassword(t.Context(), "x"); !errors.Is(err, ErrBusy) {
		t.Errorf("hashing is %v", err)
	}
	for _, hash := range []string{hash, ""} {
		if matches, _, err := CheckPassword(t.Context(), hash, "x"); matches || !errors.Is(err, ErrBusy) {
			t.Errorf("checking with the hash %q is %v, %v", hash, matches, err)
		}
	}
	Patience = time.Hour
	left, leave := context.WithCancel(t.Context())
	leave()
	if _, err := HashPassword(left, "x"); !errors.Is(err, context.Canceled) {
		t.Errorf("for who has left it is %v", err)
	}
}

func TestAPasswordMatchesItsHashOnly(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é ", 63) + "Ab"
	hash, err := HashPassword(t.Context(), long)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		typed   string
		matches bool
	}{
		{long, true}, {long[:len(long)-1], false}, {long + " ", false}, {strings.ToLower(long), false}, {"", false},
	} {
		matches, outdated, err := CheckPassword(t.Context(), hash, c.typed)
		if matches != c.matches || outdated || err != nil {
			t.Errorf("%q: %v, %v, %v", c.typed, matches, outdated, err)
		}
	}
}

func TestAHashOfAnOldSettingIsOutdated(t *testing.T) {
	t.Parallel()
	const weak = "$argon2id$v=19$m=8192,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$"
	old := argon{memory: 8192, time: 1, threads: 1}
	key, err := old.derive(t.Context(), "right", []byte("somesaltsomesalt"))
	if err != nil {
		t.Fatal(err)
	}
	for typed, matches := range map[string]bool{"right": true, "wrong": false} {
		got, outdated, err := CheckPassword(t.Context(), weak+base64.RawStdEncoding.EncodeToString(key), typed)
		if got != matches || !outdated || err != nil {
			t.Errorf("%s: %v, %v, %v", typed, got, outdated, err)
		}
	}
}

// TestAHashThatCannotBeReadCostsTheSame, so that the time does not reveal whether an account has a
// hash.
func TestAHashThatCannotBeReadCostsTheSame(t *testing.T) {
	// Not parallel: it counts all hashing in the package.
	hash, err := HashPassword(t.Context(), "right")
	if err != nil {
		t.Fatal(err)
	}
	var count int
	real := idKey
	defer func() { idKey = real }()
	idKey = func(password, salt []byte, time, memory uint32, threads uint8, length uint32) []byte {
		count++
		if time != argonNow().time || memory != argonNow().memory {
			t.Errorf("hashed with %d passes over %d KiB", time, memory)
		}
		return real(password, salt, time, memory, threads, length)
	}
	for _, stored := range []string{
		hash, "", "x", "$argon2id$v=19$m=1,t=0,p=0$$", "$argon2id$v=19$m=1,t=1,p=1$c2FsdA$", "$argon2id$v=18$m=19456,t=2,p=1$c2FsdA$a2V5",
		"$argon2i$v=19$m=19456,t=2,p=1$c2FsdA$a2V5", "$argon2id$v=19$m=19456,t=2,p=1$!$a2V5", strings.Repeat("$", 5),
	} {
		count = 0
		matches, _, err := CheckPassword(t.Context(), stored, "wrong")
		if matches || err != nil || count != 1 {
			t.Errorf("the hash %q: %v, %v after %d derivations", stored, matches, err, count)
		}
	}
}

// TestAPasswordIsTheSameHoweverItIsComposed, even if it was hashed before passwords were
// normalized. Other letters do not match, and a wrong password takes the same time with and without
// a hash.
func TestAPasswordIsTheSameHoweverItIsComposed(t *testing.T) {
	t.Parallel()
	const composed, apart, mixed = "\u00e9t\u00e9 \u00e0 la mer", "e\u0301te\u0301 a\u0300 la mer", "\u00e9te\u0301 \u00e0 la mer"
	before := func(password string) string {
		key, err := argonNow().derive(t.Context(), password, make([]byte, 16))
		if err != nil {
			t.Fatal(err)
		}
		b64 := base64.RawStdEncoding.EncodeToString
		return fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s", argonNow().memory,
			argonNow().time, argonNow().threads, b64(make([]byte, 16)), b64(key))
	}
	now, err := HashPassword(t.Context(), apart)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		hash, typed       string
		matches, outdated bool
	}{
		{now, composed, true, false},
		{now, apart, true, false},
		{now, mixed, true, false},
		{now, "ete a la mer", false, false},
		{before(apart), apart, true, true},
		{before(apart), composed, true, true},
		{before(composed), apart, true, false},
		{before(mixed), mixed, true, true},
	} {
		matches, outdated, err := CheckPassword(t.Context(), c.hash, c.typed)
		if err != nil || matches != c.matches || outdated != c.outdated {
			t.Errorf("%+q with %s: %t, outdated %t, %v", c.typed, c.hash, matches, outdated, err)
		}
	}
	for _, typed := range []string{"plain letters", composed, mixed} {
		if n := len(spellings(typed)); n < 1 || n > 3 || typed == "plain letters" && n != 1 {
			t.Errorf("%+q is tried in %d ways", typed, n)
		}
	}
}
