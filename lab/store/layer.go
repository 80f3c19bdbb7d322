package store

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"golang.org/x/sys/unix"
)

// layerLimit bounds what a layer may grow to when it is decompressed.
const layerLimit = 64 << 30

// Chain returns the chain id of a pile of layers, the lowest first: the digest
// of the topmost layer together with all below. It is what an unpacked layer
// is known by, since that depends on those below. See the OCI image
// specification, config.md, "Layer ChainID".
func Chain(diffIDs []v1.Hash) string {
	chain := ""
	for i, d := range diffIDs {
		if i == 0 {
			chain = d.String()
			continue
		}
		chain = fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(chain+" "+d.String())))
	}
	return chain
}

// layerName is the directory of an unpacked layer: short, since the names of
// all layers of an image have to fit in one page on kernels before Linux 6.7.
func layerName(chain string) string {
	sum := sha256.Sum256([]byte(chain))
	return strings.ToLower(base32.HexEncoding.EncodeToString(sum[:])[:12])
}

// unpacked is what stands beside an unpacked layer once it is whole.
type unpacked struct {
	// Chain is its chain id in full.
	Chain string `json:"chain"`
	// Skipped are entries, or properties of them, that could not be made.
	Skipped []string `json:"skipped,omitempty"`
}

// Root unpacks those of the image's layers that are not yet, and returns the
// directories for overlay.Spec.Lower, the top layer first. They stay as long
// as the image is listed or held.
func (s *Store) Root(ctx context.Context, img *Image) ([]string, error) {
	unlock, err := s.lock(ctx, lockUnpack, unix.LOCK_EX)
	if err != nil {
		return nil, err
	}
	defer unlock()
	var lower []string
	for i, l := range img.Manifest.Layers {
		chain := Chain(img.Config.RootFS.DiffIDs[:i+1])
		dir := s.path("layers", layerName(chain))
		whole, err := s.isUnpacked(chain)
		if err != nil {
			return nil, err
		}
		if !whole {
			if err := s.unpack(ctx, l.Digest, img.Config.RootFS.DiffIDs[i], chain, lower); err != nil {
				return nil, fmt.Errorf("layer %d of %d: %w", i+1, len(img.Manifest.Layers), err)
			}
		}
		lower = append([]string{dir}, lower...)
	}
	return lower, nil
}

// isUnpacked tells whether a layer stands, and stands whole.
func (s *Store) isUnpacked(chain string) (bool, error) {
	b, err := os.ReadFile(s.path("layers", layerName(chain)+".json"))
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	var mark unpacked
	if err := json.Unmarshal(b, &mark); err != nil {
		return false, fmt.Errorf("layer %s: %w", chain, err)
	}
	if mark.Chain != chain {
		return false, fmt.Errorf("layer %s: its directory is that of %s", chain, mark.Chain)
	}
	return true, nil
}

// unpack unpacks one layer over those below, and gives it its name when it is
// whole. lower are those below, the top one first.
func (s *Store) unpack(ctx context.Context, blob, diffID v1.Hash, chain string, lower []string) error {
	tmp, err := s.Temp("unpack-*")
	if err != nil {
		return err
	}
	defer removeTree(tmp)
	upper, work := tmp+"/root", tmp+"/work"
	if err := errors.Join(os.Mkdir(upper, 0o755), os.Mkdir(work, 0o755)); err != nil {
		return err
	}
	if len(lower) > 0 {
		if err := LikeDir(upper, lower[0]); err != nil {
			return err
		}
	}
	mark := unpacked{Chain: chain}
	job := layerJob{Blob: s.blob(blob), Digest: blob.String(), DiffID: diffID.String(), Lower: lower, Upper: upper, Work: work}
	if mark.Skipped, err = job.run(ctx); err != nil {
		return err
	}
	if err := syncFS(upper); err != nil {
		return err
	}
	dir := s.path("layers", layerName(chain))
	// One that has no mark is what a run left that was cut between the two.
	if err := removeTree(dir); err != nil {
		return err
	}
	if err := os.Rename(upper, dir); err != nil {
		return err
	}
	b, err := json.Marshal(mark)
	if err != nil {
		return err
	}
	return s.write("layers/"+layerName(chain)+".json", b)
}

// LikeDir gives a directory the owner and mode of another: the root of a pile
// shows those of its topmost directory.
func LikeDir(dir, like string) error {
	var st unix.Stat_t
	if err := unix.Stat(like, &st); err != nil {
		return fmt.Errorf("stat %s: %w", like, err)
	}
	if err := unix.Chown(dir, int(st.Uid), int(st.Gid)); err != nil {
		return fmt.Errorf("chown %s: %w", dir, err)
	}
	if err := unix.Chmod(dir, st.Mode&0o7777); err != nil {
		return fmt.Errorf("chmod %s: %w", dir, err)
	}
	return nil
}

// syncFS brings the file system of dir to the disk: one call for what may be
// a hundred thousand files.
func syncFS(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := unix.Syncfs(int(d.Fd())); err != nil {
		return fmt.Errorf("syncfs %s: %w", dir, err)
	}
	return nil
}
