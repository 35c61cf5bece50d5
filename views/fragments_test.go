package views

import (
	"go/ast"
	"go/parser"
	"go/token"
	"html/template"
	"io/fs"
	"os"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"
	"unsafe"
)

// TestEveryViewIsListed: every type with a template is in the list that tests walk. Into is not,
// because it only wraps another view.
func TestEveryViewIsListed(t *testing.T) {
	t.Parallel()
	listed := map[string]bool{"Into": true}
	for _, v := range allViews {
		listed[reflect.TypeOf(v).Name()] = true
	}
	names, err := fs.Glob(os.DirFS("."), "*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, name := range names {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Recv == nil || f.Name.Name != "Template" || strings.HasSuffix(name, "_test.go") {
				continue
			}
			found++
			if of, ok := f.Recv.List[0].Type.(*ast.Ident); !ok || !listed[of.Name] {
				t.Errorf("%s: a view is not in the list of every view: %v", name, f.Recv.List[0].Type)
			}
		}
	}
	if found < len(allViews)/2 {
		t.Errorf("only %d methods Template found", found)
	}
}

// TestAFingerprintTellsEveryField: each change of a view changes its fingerprint, and no two
// changes give the same.
func TestAFingerprintTellsEveryField(t *testing.T) {
	t.Parallel()
	for _, v := range allViews {
		x := reflect.New(reflect.TypeOf(v)).Elem()
		x.Set(reflect.ValueOf(filled(t, v, "Same", true)))
		base, ok := fingerprintOf(x)
		if !ok {
			t.Errorf("%T has no fingerprint", v)
		}
		seen, changes := map[fingerprint]string{base: "no change"}, 0
		change(x, "", func(name string) {
			changes++
			f, _ := fingerprintOf(x)
			if other, is := seen[f]; is {
				t.Errorf("%T: after %s it has the fingerprint of %s", v, name, other)
			}
			seen[f] = name
		})
		if after, _ := fingerprintOf(x); after != base {
			t.Errorf("%T: the test did not take back all it changed", v)
		}
		if changes == 0 && x.NumField() > 0 {
			t.Errorf("nothing was changed in %T", v)
		}
	}
}

// TestFragmentsAreNeverOutOfDate: whichever field changes, the fragment equals what its template renders.
func TestFragmentsAreNeverOutOfDate(t *testing.T) {
	t.Parallel()
	for _, v := range []View{
		Day{},
		Row{},
		Details{},
		Links{},
		ComposerText{},
		ComposerFields{},
		Chip{},
		ListTop{},
		ListEnd{},
		ColumnHeads{},
		TimelineHead{},
		RecordHeading{},
		SearchTabs{},
		SearchGroup{},
		searchForm{},
		FollowUpCard{},
		Tabs{},
		menu{},
		foot{},
		avatar{},
	} {
		for _, yes := range []bool{true, false} {
			x := reflect.New(reflect.TypeOf(v)).Elem()
			x.Set(reflect.ValueOf(filled(t, v, "Same", yes)))
			base, shows := rendering(t, x.Interface().(View)), false
			change(x, "", func(name string) {
				if strings.HasPrefix(name, "without") && strings.HasSuffix(name, ".Time") {
					return // an interaction always has its time
				}
				changed := x.Interface().(View)
				got, err := fragment(changed)
				want := rendering(t, changed)
				if err != nil || string(got) != want {
					t.Errorf("%T after %s shows\n%s\nwant\n%s (%v)", v, name, got, want, err)
				}
				shows = shows || want != base
			})
			if !shows {
				t.Errorf("nothing that was changed in %T shows", v)
			}
		}
	}
}

// change makes one change below x at a time, calls changed with its name and reverts it. It changes
// each value, sets each pointer and interface to nil, and shortens and empties each slice and map.
func change(x reflect.Value, name string, changed func(name string)) {
	if !x.CanSet() { // an unexported field
		x = reflect.NewAt(x.Type(), unsafe.Pointer(x.UnsafeAddr())).Elem()
	}
	before := reflect.New(x.Type()).Elem()
	before.Set(x)
	set := func(what string, to func()) {
		to()
		changed(what + name)
		x.Set(before)
	}
	switch x.Kind() {
	case reflect.String:
		set("another ", func() { x.SetString(x.String() + "x") })
	case reflect.Bool:
		set("another ", func() { x.SetBool(!x.Bool()) })
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		set("another ", func() { x.SetInt(x.Int() + 1) })
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		set("another ", func() { x.SetUint(x.Uint() + 1) })
	case reflect.Float32, reflect.Float64:
		set("another ", func() { x.SetFloat(x.Float() + 1) })
	case reflect.Complex64, reflect.Complex128:
		set("another ", func() { x.SetComplex(x.Complex() + 1) })
	case reflect.Pointer:
		if !x.IsNil() {
			set("without ", x.SetZero)
			change(x.Elem(), name, changed)
		}
	case reflect.Interface:
		if !x.IsNil() {
			set("without ", x.SetZero)
			inside := reflect.New(x.Elem().Type()).Elem()
			inside.Set(x.Elem())
			change(inside, name, func(what string) {
				x.Set(inside)
				changed(what)
				x.Set(before)
			})
		}
	case reflect.Struct:
		if x.Type() == timeType {
			set("another ", func() { x.Set(reflect.ValueOf(x.Interface().(time.Time).Add(1))) })
			set("another zone of ", func() { x.Set(reflect.ValueOf(x.Interface().(time.Time).In(time.FixedZone("Else", 60)))) })
			return
		}
		for i := range x.NumField() {
			change(x.Field(i), name+"."+x.Type().Field(i).Name, changed)
		}
	case reflect.Array, reflect.Slice:
		if x.Kind() == reflect.Slice && x.Len() > 0 {
			set("fewer of ", func() { x.SetLen(x.Len() - 1) })
		}
		for i := range x.Len() {
			change(x.Index(i), name+strconv.Itoa(i), changed)
		}
	case reflect.Map:
		for _, key := range x.MapKeys() {
			value := reflect.New(x.Type().Elem()).Elem()
			value.Set(x.MapIndex(key))
			x.SetMapIndex(key, reflect.Value{})
			changed("without " + name + key.String())
			x.SetMapIndex(key, value)
			change(value, name+key.String(), func(what string) {
				x.SetMapIndex(key, value)
				changed(what)
			})
			x.SetMapIndex(key, before.MapIndex(key))
			x.SetMapIndex(key, value)
		}
	}
}

// kinds has a field of every kind that views have.
type kinds struct {
	Bool   bool
	Ints   struct{ I, I8, I16, I32, I64 any }
	Float  float32
	Double float64
	Both   complex128
	Text   string
	Number int
	Small  uint8
	Array  [2]string
	Slice  []int64
	Words  map[string]string
	Places map[[2]int]*string
	Any    any
	Time   time.Time
	Next   *kinds
	hidden uint16
}

func (kinds) Template() string { return "_text.html" }

// uncached is a view that cannot have a fingerprint.
type uncached struct{ Do func() string }

func (uncached) Template() string { return "_time.html" }

func (uncached) ISO() string    { return "now" }
func (uncached) Title() string  { return "" }
func (uncached) Text() string   { return "" }
func (uncached) Relative() bool { return false }

// TestEveryKindHasAFingerprint: and views that cannot have one are rendered all the same.
func TestEveryKindHasAFingerprint(t *testing.T) {
	t.Parallel()
	word := "word"
	v := kinds{
		Slice: []int64{1, 2}, Words: map[string]string{"a": "b", "ab": ""}, Places: map[[2]int]*string{{1, 2}: &word, {2, 1}: nil},
		Any: Ref{"a", "b"}, Time: time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC), Next: &kinds{Any: uint(7), hidden: 3},
	}
	v.Ints.I, v.Ints.I8, v.Ints.I16, v.Ints.I32, v.Ints.I64 = 1, int8(1), int16(1), int32(1), int64(1)
	x := reflect.ValueOf(&v).Elem()
	base, ok := fingerprintOf(x)
	if !ok {
		t.Fatal("a view of every kind has no fingerprint")
	}
	seen := map[fingerprint]string{base: "no change"}
	tell := func(name string) {
		f, ok := fingerprintOf(x)
		if other, is := seen[f]; is || !ok {
			t.Errorf("after %s it has the fingerprint of %q (%v)", name, other, ok)
		}
		seen[f] = name
	}
	change(x, "", tell)
	v.Any = struct{ A, B string }{"a", "b"}
	tell("another type of the same content")
	v.Slice = []int64{}
	tell("an empty slice")
	v.Slice = nil
	tell("no slice")
	words := func() fingerprint {
		f, _ := fingerprintOf(reflect.ValueOf(kinds{Words: map[string]string{"a": "1", "b": "2", "c": "3"}}))
		return f
	}
	for first, n := words(), 0; n < 10; n++ {
		if words() != first {
			t.Fatal("a view has another fingerprint where its map is read in another order")
		}
	}
	for range 2 {
		if h, err := fragment(uncached{func() string { return "" }}); err != nil || !strings.Contains(string(h), "now") {
			t.Errorf("a view with a function in it is rendered as %q, %v", h, err)
		}
	}
}

// TestTheCapCountsKeys: the cache stays below its limit, keys included.
func TestTheCapCountsKeys(t *testing.T) {
	t.Parallel()
	c := cache{max: 1000}
	for i := range 200 {
		f, _ := fingerprintOf(reflect.ValueOf(Title(strconv.Itoa(i))))
		c.put(f, template.HTML(strings.Repeat("x", i%7)))
		c.put(f, "ignored: it is there")
	}
	size := 0
	for key, h := range c.html {
		size += len(key) + len(h)
	}
	if size != c.size || size > c.max || len(c.html) < 20 || len(c.html) > 1000/32 {
		t.Errorf("%d fragments of %d bytes, counted as %d, of at most %d", len(c.html), size, c.size, c.max)
	}
}
