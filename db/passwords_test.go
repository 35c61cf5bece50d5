package db

import (
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
		if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &passes, &lanes); err != nil || parts[1] != "argon2id" || memory < 19*1024 || passes < 2 || lanes != 1 {
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

func TestAPasswordIsTakenWhole(t *testing.T) {
	t.Parallel()
	d := openHere(t)
	long := strings.Repeat("é ", 63) + "Ab"
	hash, err := HashPassword(t.Context(), long)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.CreateUser(t.Context(), System, NewUser{Email: "a@b.example", FullName: "A", Role: "Viewer", Hash: hash}); err != nil {
		t.Fatal(err)
	}
	if _, err := d.SignIn(t.Context(), Actor{}, "a@b.example", long); err != nil {
		t.Error(err)
	}
	for _, other := range []string{long[:len(long)-1], long + " ", strings.ToLower(long), strings.ReplaceAll(long, " ", ""), " " + long} {
		if _, err := d.SignIn(t.Context(), Actor{}, "a@b.example", other); !errors.Is(err, ErrSignIn) {
			t.Errorf("%q: %v", other, err)
		}
	}
}

func TestTwoPasswordsAreHashedAtOnceAndNoMore(t *testing.T) {
	// Not parallel: it watches all hashing of the package.
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

func TestWhoWaitsTooLongToBeCheckedIsTurnedAway(t *testing.T) {
	// Not parallel: it takes both places.
	d := openHere(t)
	patience := hashingPatience
	defer func() {
		hashingPatience = patience
		<-hashing
		<-hashing
	}()
	hashingPatience = time.Nanosecond
	hashing <- struct{}{}
	hashing <- struct{}{}
	if _, err := d.SignIn(t.Context(), Actor{}, "a@b.example", "x"); !errors.Is(err, ErrBusy) {
		t.Errorf("it is %v", err)
	}
}
