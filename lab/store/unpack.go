package store

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"strconv"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"golang.org/x/sys/unix"

	"byhand/lab/image"
	"byhand/lab/overlay"
	"byhand/lab/process"
)

// layerJob is the unpacking of one layer.
type layerJob struct {
	// Blob is the layer's file, and Digest what it must be.
	Blob, Digest string
	// DiffID is the digest of its plain tar stream.
	DiffID string
	// Lower are the layers below, the top one first.
	Lower []string
	// Upper and Work are overlay.Spec's.
	Upper, Work string
}

// run does the job here, or for an ordinary user in a process that is root of
// a user namespace of its own: only root may mount an overlay.
func (j layerJob) run(ctx context.Context) (skipped []string, err error) {
	if os.Geteuid() == 0 {
		return j.do(ctx)
	}
	err = process.Run(ctx, nil, process.Command{
		Stage: StageUnpack, Args: j, Clone: unix.CLONE_NEWUSER | unix.CLONE_NEWNS,
		UIDMap: fmt.Sprintf("0 %d 1", os.Geteuid()), GIDMap: fmt.Sprintf("0 %d 1", os.Getegid()),
		Stderr: os.Stderr,
	}, &skipped)
	return skipped, err
}

// StageUnpack is the name of Unpack in a process.Table.
const StageUnpack = "unpack"

// Unpack is the stage that unpacks a layer for an ordinary user.
func Unpack(_ *process.Child, j layerJob) ([]string, error) { return j.do(context.Background()) }

// do unpacks the layer and returns what could not be made as the layer has it.
func (j layerJob) do(ctx context.Context) (skipped []string, err error) {
	h, err := v1.NewHash(j.Digest)
	if err != nil {
		return nil, err
	}
	root := j.Upper
	if len(j.Lower) > 0 {
		marks, err := overlay.UserXattr()
		if err != nil {
			return nil, err
		}
		pile, err := overlay.Open(overlay.Spec{Lower: j.Lower, Upper: j.Upper, Work: j.Work, UserXattr: marks})
		if err != nil {
			return nil, err
		}
		defer pile.Close()
		root = "/proc/self/fd/" + strconv.Itoa(int(pile.Fd()))
	}
	var opened []io.Closer
	defer func() {
		for _, c := range opened {
			c.Close()
		}
	}()
	open := func() (io.Reader, error) {
		f, err := os.Open(j.Blob)
		if err != nil {
			return nil, err
		}
		opened = append(opened, f)
		return &verified{f, sha256.New(), h}, nil
	}
	err = image.UnpackLayer(ctx, open, root, j.DiffID, image.Options{
		Limit: layerLimit,
		Skipped: func(name, why string) {
			if len(skipped) < 100 {
				skipped = append(skipped, name+": "+why)
			}
		},
	})
	return skipped, err
}
