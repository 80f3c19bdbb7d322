package image

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// ErrNotRoot says that an archive holds a saved image, whose layers are
// archives of their own, and not the files of a root: one for UnpackImage.
var ErrNotRoot = errors.New("this archive is a saved image, not a root file system; docker export writes one")

// foreignLimit bounds what is read of a file to tell what it is. The manifest
// of an image with a hundred layers takes some ten kilobytes.
const foreignLimit = 1 << 20

// refuseImage returns ErrNotRoot when the entry marks its archive as the
// output of docker save or as an OCI image layout. Otherwise it returns a
// reader of the entry's whole content. The name alone is no proof: a root may
// have a file /manifest.json of its own.
func refuseImage(name string, hdr *tar.Header, body io.Reader) (io.Reader, error) {
	marks := map[string]func([]byte) bool{"manifest.json": isSaveManifest, "oci-layout": isLayoutMark}
	is, named := marks[name]
	if !named || hdr.Typeflag != tar.TypeReg || hdr.Size > foreignLimit {
		return body, nil
	}
	content, err := io.ReadAll(body)
	if err != nil {
		return nil, fmt.Errorf("read: %w", err)
	}
	if is(content) {
		return nil, ErrNotRoot
	}
	return bytes.NewReader(content), nil
}

// isSaveManifest knows the manifest.json that docker save writes: a list of
// images, each with its configuration and layers.
func isSaveManifest(content []byte) bool {
	var images []struct {
		Config string
		Layers []string
	}
	return json.Unmarshal(content, &images) == nil && len(images) > 0 && images[0].Config != "" && images[0].Layers != nil
}

// isLayoutMark knows the file oci-layout, see the OCI image specification,
// image-layout.md.
func isLayoutMark(content []byte) bool {
	var mark struct {
		Version string `json:"imageLayoutVersion"`
	}
	return json.Unmarshal(content, &mark) == nil && mark.Version != ""
}
