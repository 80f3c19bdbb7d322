package kernel

import "testing"

func TestMountAt(t *testing.T) {
	plain := []Mount{
		{ID: "1", Parent: "0", Target: "/"}, {ID: "2", Parent: "1", Target: "/a"}, {ID: "3", Parent: "2", Target: "/a/b"},
	}
	tests := []struct {
		name   string
		mounts []Mount
		path   string
		want   string // an ID, or "" for none
	}{
		{"the root", plain, "/", "1"},
		{"below the root", plain, "/x/y", "1"},
		{"a mount point", plain, "/a", "2"},
		{"no mount point, but a name that starts like one", plain, "/ab", "1"},
		{"below two", plain, "/a/b/c", "3"},
		{"nothing listed", nil, "/", ""},
		{"a root that is its own parent", []Mount{{ID: "1", Parent: "1", Target: "/"}, {ID: "2", Parent: "1", Target: "/a"}}, "/a", "2"},
		{"covered on the same point", append(plain, Mount{ID: "4", Parent: "2", Target: "/a"}), "/a/b", "4"},
		{"covered above", append(plain, Mount{ID: "4", Parent: "1", Target: "/a"}), "/a/b", "4"},
		{"covered, the cover listed first", append([]Mount{{ID: "4", Parent: "3", Target: "/a/b"}}, plain...), "/a/b", "4"},
		{"a root moved over the first", []Mount{{ID: "9", Parent: "5", Target: "/"}, {ID: "5", Parent: "1", Target: "/"}}, "/", "9"},
		{"a chroot that is no mount point", []Mount{{ID: "7", Parent: "1", Target: "/proc"}}, "/", ""},
		{"a mount in such a chroot", []Mount{{ID: "7", Parent: "1", Target: "/proc"}}, "/proc/1", "7"},
		{"a circle, which no kernel makes", []Mount{{ID: "1", Parent: "0", Target: "/"}, {ID: "2", Parent: "1", Target: "/"}, {ID: "1", Parent: "2", Target: "/"}}, "/", "1"},
	}
	for _, tt := range tests {
		got, found := MountAt(tt.mounts, tt.path)
		if got.ID != tt.want || found != (tt.want != "") {
			t.Errorf("%s: MountAt(%q) = %+v, %t; want ID %q", tt.name, tt.path, got, found, tt.want)
		}
	}
}
