package event

import (
	"strings"
	"testing"
)

func TestTable(t *testing.T) {
	names := map[string]Kind{}
	for k := Invalid + 1; k < NumKinds; k++ {
		spec := k.Spec()
		if spec == nil || spec.Kind != k || spec.Name == "" || spec.Group == "" || spec.Doc == "" {
			t.Errorf("kind %d: its row is not whole: %+v", k, spec)
			continue
		}
		if other, ok := names[spec.Name]; ok {
			t.Errorf("%s: kinds %d and %d have the same name", spec.Name, k, other)
		}
		names[spec.Name] = k
		if got, ok := KindNamed(spec.Name); !ok || got != k {
			t.Errorf("%s: its name gives kind %d, want %d", spec.Name, got, k)
		}
		if !AllKinds.Has(k) {
			t.Errorf("%s is not in AllKinds", spec.Name)
		}
		if !plain(spec.Name) || spec.Name != strings.ToLower(spec.Name) {
			t.Errorf("%s: a kind's name is plain and lower case", spec.Name)
		}
	}
	if Invalid.Spec() != nil || NumKinds.Spec() != nil || Kind(255).Spec() != nil {
		t.Error("a kind that is none has a row")
	}
	if _, ok := KindNamed(""); ok || AllKinds.Has(Invalid) || AllKinds.Has(NumKinds) {
		t.Error("Invalid counts as a kind")
	}
	if got, want := Kind(200).String(), "kind(200)"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// Each key has a field to itself that suits its type, and optional keys have
// a bit of Set.
func TestKeys(t *testing.T) {
	fits := map[Type][]Field{
		UintType:   {FieldSpace, FieldEntity, FieldTarget, FieldInt0, FieldInt1, FieldInt2},
		TimeType:   {FieldInt0, FieldInt1, FieldInt2},
		Hex64Type:  {FieldInt0, FieldInt1, FieldInt2},
		Hex128Type: {FieldInt0},
		FloatType:  {FieldNum0, FieldNum1},
		VecType:    {FieldPos},
		RegionType: {FieldPos},
		StringType: {FieldStr0, FieldStr1, FieldStr2},
		StreamType: {FieldStr0, FieldStr1, FieldStr2},
		IDsType:    {FieldStr0, FieldStr1, FieldStr2},
		CountsType: {FieldStr0, FieldStr1, FieldStr2},
		EnumType:   {FieldMode, FieldPhase},
		BoolType:   {FieldMode, FieldPhase},
	}
	for k := Invalid + 1; k < NumKinds; k++ {
		owner := map[Field]string{}
		names := map[string]bool{}
		claim := func(f Field, key string) {
			if other, ok := owner[f]; ok && !(other == "details" && key == "details") {
				t.Errorf("%v: %s and %s share field %d", k, other, key, f)
			}
			owner[f] = key
			if f < FieldDetail && k.Fields()>>f&1 == 0 {
				t.Errorf("%v: Fields lacks the field of %s", k, key)
			}
		}
		for i, key := range k.Spec().Keys {
			if key.Name == "" || key.Doc == "" || names[key.Name] || !plain(key.Name) {
				t.Errorf("%v: key %d, %q, has no name, no documentation or a name that is taken", k, i, key.Name)
			}
			names[key.Name] = true
			if (key.Type == EnumType) != (len(key.Enum) > 0) {
				t.Errorf("%v %s: an enumeration has values, and nothing else has", k, key.Name)
			}
			for _, v := range key.Enum {
				if !plain(v) {
					t.Errorf("%v %s: the value %q needs quotes", k, key.Name, v)
				}
			}
			if key.Field == FieldDetail {
				if key.Required {
					t.Errorf("%v %s: a detail cannot be required", k, key.Name)
				}
				claim(FieldStr0, "details")
				continue
			}
			ok := false
			for _, f := range fits[key.Type] {
				ok = ok || f == key.Field
			}
			if !ok {
				t.Errorf("%v %s: type %d does not live in field %d", k, key.Name, key.Type, key.Field)
			}
			claim(key.Field, key.Name)
			switch key.Type {
			case RegionType:
				claim(FieldMax, key.Name)
			case Hex128Type:
				claim(key.Field+1, key.Name)
			}
			if key.Required {
				if k.Optional()>>i&1 != 0 {
					t.Errorf("%v %s: is required and optional", k, key.Name)
				}
				continue
			}
			if i >= 16 {
				t.Errorf("%v %s: optional key %d has no bit in Set", k, key.Name, i)
			} else if k.Bit(key.Name) != 1<<i || k.Optional()>>i&1 == 0 {
				t.Errorf("%v %s: its bit is %#x, want %#x", k, key.Name, k.Bit(key.Name), 1<<i)
			}
		}
		if len(k.Spec().Keys) > 32 {
			t.Errorf("%v: more than 32 keys", k)
		}
	}
}
