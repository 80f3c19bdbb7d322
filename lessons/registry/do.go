package registry

import (
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"byhand/lab/bench"
	"byhand/lab/image"
	"byhand/lab/namespace"
	"byhand/lab/process"
	"byhand/lab/registry"
	"byhand/lessons/internal/steps"
)

// repository and tag are what the image is called in the registry.
const (
	repository = "box"
	tag        = "1"
)

// at is the bench's registry, and the image in it.
func at(b *bench.Bench) registry.Plain {
	address, _ := os.ReadFile(b.Path("address"))
	return registry.Plain{Address: strings.TrimSpace(string(address)), Repository: repository}
}

var packShell = `mkdir "$LAB/image"
echo 'from the image' >"$LAB/rootfs/made"
tar -C "$LAB/rootfs" --numeric-owner -cf "$LAB/image/layer.tar" .
diff=$(sha256sum <"$LAB/image/layer.tar" | cut -d' ' -f1)
gzip -1 "$LAB/image/layer.tar"
cat >"$LAB/image/config.json" <<END
{"architecture": "` + runtime.GOARCH + `", "os": "linux", "config": {"Cmd": ["/bin/sh"]},
 "rootfs": {"type": "layers", "diff_ids": ["sha256:$diff"]}}
END
rm -rf "$LAB/rootfs"
`

// pack makes an image of the root, and takes the root away: from here on there is
// the image alone.
func pack(ctx context.Context, b *bench.Bench) error {
	if err := errors.Join(os.Mkdir(b.Path("image"), 0o755), os.WriteFile(b.Path("rootfs", "made"), []byte("from the image\n"), 0o644)); err != nil {
		return err
	}
	layer, err := os.Create(b.Path("image", "layer.tar.gz"))
	if err != nil {
		return err
	}
	defer layer.Close()
	packed, err := gzip.NewWriterLevel(layer, gzip.BestSpeed)
	if err != nil {
		return err
	}
	plain := sha256.New()
	if _, err := image.Export(ctx, io.MultiWriter(packed, plain), b.Root(), image.ExportOptions{}); err != nil {
		return err
	}
	if err := errors.Join(packed.Close(), layer.Close()); err != nil {
		return err
	}
	config, err := json.Marshal(v1.ConfigFile{
		Architecture: runtime.GOARCH, OS: "linux", Config: v1.Config{Cmd: []string{"/bin/sh"}},
		RootFS: v1.RootFS{Type: "layers", DiffIDs: []v1.Hash{{Algorithm: "sha256", Hex: hex.EncodeToString(plain.Sum(nil))}}},
	})
	if err != nil {
		return err
	}
	return errors.Join(os.WriteFile(b.Path("image", "config.json"), config, 0o644), bench.RemoveTree(b.Root()))
}

const serveShell = `BYHAND_BENCH=$LAB byhand lab registry serve --address 127.0.0.1:0 --dir "$LAB/registry" >"$LAB/served" 2>"$LAB/requests" &
echo $! >"$LAB/server"
until grep -q ' at ' "$LAB/served"; do
  if ! kill -0 $!; then break; fi # it says why in $LAB/requests
  sleep 0.1
done
sed 's/.* at //' "$LAB/served" >"$LAB/address"
`

// serve starts a registry, and writes down where it is.
func serve(ctx context.Context, b *bench.Bench) error {
	p, err := process.Start(b.Trace, process.Command{
		Stage: registry.Stage, Args: b.Path("registry"), Env: []string{b.Env()}, Born: b.Record, Bare: true,
	})
	if err != nil {
		return err
	}
	var address string
	if err := p.Follow(ctx, &address); err != nil {
		_ = p.Kill()
		_, _ = p.Wait()
		return err
	}
	p.Release()
	return os.WriteFile(b.Path("address"), []byte(address+"\n"), 0o644)
}

const pushShell = `registry=http://$(cat "$LAB/address")
for file in config.json layer.tar.gz; do
  digest=sha256:$(sha256sum <"$LAB/image/$file" | cut -d' ' -f1)
  # The registry says where to, and PUT sends it there.
  to=$(curl -fsS --noproxy '*' -X POST -D - -o /dev/null "$registry/v2/box/blobs/uploads/" |
    tr -d '\r' | sed -n 's/^location: //Ip')
  curl -fsS --noproxy '*' -X PUT -H 'Content-Type: application/octet-stream' \
    --data-binary "@$LAB/image/$file" "$registry$to?digest=$digest"
done
`

// push uploads the image's two blobs.
func push(ctx context.Context, b *bench.Bench) error {
	return errors.Join(
		at(b).PushBlob(ctx, b.Path("image", "config.json")),
		at(b).PushBlob(ctx, b.Path("image", "layer.tar.gz")),
	)
}

const nameShell = `describe() {
  printf '{"mediaType": "%s", "digest": "sha256:%s", "size": %s}' \
    "$2" "$(sha256sum <"$1" | cut -d' ' -f1)" "$(stat -c %s "$1")"
}
cat >"$LAB/image/manifest.json" <<END
{"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
 "config": $(describe "$LAB/image/config.json" application/vnd.oci.image.config.v1+json),
 "layers": [$(describe "$LAB/image/layer.tar.gz" application/vnd.oci.image.layer.v1.tar+gzip)]}
END
curl -fsS --noproxy '*' -X PUT -H 'Content-Type: application/vnd.oci.image.manifest.v1+json' \
  --data-binary "@$LAB/image/manifest.json" "http://$(cat "$LAB/address")/v2/box/manifests/1"
`

// describe says what a blob is, and which.
func describe(file string, kind types.MediaType) (v1.Descriptor, error) {
	digest, size, err := registry.Digest(file)
	return v1.Descriptor{MediaType: kind, Digest: digest, Size: size}, err
}

// name writes the manifest, and gives it a tag in the registry.
func name(ctx context.Context, b *bench.Bench) error {
	config, err := describe(b.Path("image", "config.json"), types.OCIConfigJSON)
	if err != nil {
		return err
	}
	layer, err := describe(b.Path("image", "layer.tar.gz"), types.OCILayer)
	if err != nil {
		return err
	}
	manifest, err := json.Marshal(v1.Manifest{SchemaVersion: 2, MediaType: types.OCIManifestSchema1, Config: config, Layers: []v1.Descriptor{layer}})
	if err != nil {
		return err
	}
	if err := os.WriteFile(b.Path("image", "manifest.json"), manifest, 0o644); err != nil {
		return err
	}
	return at(b).PushManifest(ctx, tag, manifest)
}

const askShell = `mkdir "$LAB/pulled"
curl -fsS --noproxy '*' -H 'Accept: application/vnd.oci.image.manifest.v1+json' -D "$LAB/pulled/headers" \
  -o "$LAB/pulled/manifest.json" "http://$(cat "$LAB/address")/v2/box/manifests/1"
cat "$LAB/pulled/headers" "$LAB/pulled/manifest.json"
sha256sum "$LAB/pulled/manifest.json"
`

// ask asks for the manifest by its tag.
func ask(ctx context.Context, b *bench.Bench) error {
	manifest, _, err := at(b).Manifest(ctx, tag)
	if err != nil {
		return err
	}
	return errors.Join(os.Mkdir(b.Path("pulled"), 0o755), os.WriteFile(b.Path("pulled", "manifest.json"), manifest, 0o644))
}

const pullShell = `while read -r digest; do
  hex=${digest#sha256:}
  curl -fsS --noproxy '*' -o "$LAB/pulled/$hex" "http://$(cat "$LAB/address")/v2/box/blobs/$digest"
  echo "$hex  $LAB/pulled/$hex" | sha256sum --check
done < <(grep -o 'sha256:[0-9a-f]*' "$LAB/pulled/manifest.json")
# The last one is the layer.
mkdir "$LAB/rootfs"
tar -C "$LAB/rootfs" -xzpf "$LAB/pulled/$hex"
# docker run
mkfifo "$LAB/in"
unshare --mount --uts --ipc --net --pid --fork --user --map-root-user \
  chroot "$LAB/rootfs" /bin/sh <>"$LAB/in" >"$LAB/out" 2>&1 &
until pgrep -P $! >"$LAB/pid"; do sleep 0.1; done
`

// pull asks for what the manifest names, by digest, unpacks the layer, and stands
// a container in it.
func pull(ctx context.Context, b *bench.Bench) error {
	m, err := pulledManifest(b)
	if err != nil {
		return err
	}
	for _, d := range []v1.Descriptor{m.Config, m.Layers[0]} {
		if err := fetch(ctx, b, d.Digest, b.Path("pulled", d.Digest.Hex)); err != nil {
			return err
		}
	}
	layer, err := os.Open(b.Path("pulled", m.Layers[0].Digest.Hex))
	if err != nil {
		return err
	}
	defer layer.Close()
	if err := os.Mkdir(b.Root(), 0o755); err != nil {
		return err
	}
	if err := image.Unpack(ctx, layer, b.Root(), image.Options{RootIsCaller: true}); err != nil {
		return err
	}
	return steps.IsolateIn(namespace.Six)(ctx, b)
}

// fetch writes a blob to a file.
func fetch(ctx context.Context, b *bench.Bench, digest v1.Hash, to string) error {
	f, err := os.Create(to)
	if err != nil {
		return err
	}
	defer f.Close()
	return errors.Join(at(b).Blob(ctx, digest, f), f.Close())
}

const lieShell = `hex=$(grep -o 'sha256:[0-9a-f]*' "$LAB/pulled/manifest.json" | tail -n 1 | cut -d: -f2)
# Two bytes of the layer, on the registry's disk
printf XX | dd of="$LAB/registry/blobs/sha256/$hex" bs=1 conv=notrunc status=none
curl -sS --noproxy '*' -o /dev/null -w '%{http_code}\n' "http://$(cat "$LAB/address")/v2/box/blobs/sha256:$hex"
# From somebody who hands out files and does not look
curl -fsS -o "$LAB/pulled/again" "file://$LAB/registry/blobs/sha256/$hex"
echo "$hex  $LAB/pulled/again" | sha256sum --check || echo 'not what was asked for: away with it'
`

// lie changes the layer on the registry's disk, and asks for it again: there, and
// as from somebody who does not look.
func lie(ctx context.Context, b *bench.Bench) error {
	m, err := pulledManifest(b)
	if err != nil {
		return err
	}
	layer := m.Layers[0].Digest
	f, err := os.OpenFile(onDisk(b, layer.String()), os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.WriteAt([]byte("XX"), 0); err != nil {
		return err
	}
	if err := at(b).Blob(ctx, layer, io.Discard); err == nil {
		return fmt.Errorf("ask for %s: it was handed out", layer)
	}
	again, err := os.Create(b.Path("pulled", "again"))
	if err != nil {
		return err
	}
	defer again.Close()
	_, err = io.Copy(again, f)
	return errors.Join(err, again.Close())
}
