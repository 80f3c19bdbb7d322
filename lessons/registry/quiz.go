package registry

import "byhand/internal/lesson"

// quiz returns the questions asked at the end of the lesson.
func quiz() []lesson.Question {
	return append([]lesson.Question{
		{
			Key: "push-order",
			Ask: "docker push sends the blobs first, and the manifest last. Why?",
			Choices: []lesson.Choice{
				{Text: "The manifest is the largest", Why: "It is some hundred bytes. The layers are what takes time."},
				{Text: "Whoever finds the name must find all that it names", Right: true},
				{Text: "The registry computes the manifest from the blobs", Why: "The client writes it. The registry could not know their order."},
				{Text: "It is a convention, and any order works", Why: "A registry refuses a manifest whose blobs it does not have."},
			},
			Explain: "Until the manifest has come, nobody sees the new image. A push that was cut leaves blobs that no name leads to, and no half image.",
		},
		{
			Key: "tag-or-digest",
			Ask: "Which of these can be another image tomorrow? (Several are right.)",
			Choices: []lesson.Choice{
				{Text: "alpine:latest", Right: true},
				{Text: "alpine:3.20.1", Right: true},
				{Text: "alpine@sha256:beef...", Why: "The digest is that of the bytes. Other bytes have another."},
				{Text: "alpine", Right: true},
			},
			Explain: "A tag is a pointer that whoever may push can move, whatever number it looks like. alpine alone means alpine:latest.",
		},
		{
			Key: "same-layer",
			Ask: "Ten images have the same lowest layer. You push all of them to one repository. How often does the layer cross the network?",
			Choices: []lesson.Choice{
				{Text: "Ten times", Why: "Before each blob the client asks HEAD whether the registry has it. The digest says what it is, whosesoever it is."},
				{Text: "Once", Right: true},
				{Text: "Never: only differences are sent", Why: "The layer is the difference. Somebody has to send it once."},
			},
			Explain: "docker push then prints Layer already exists. It can be taken over from another repository of the same registry, too (mount=).",
		},
		{
			Key: "who-checks",
			Ask: "A registry's disk has flipped one bit in a layer. Who notices?",
			Choices: []lesson.Choice{
				{Text: "TLS, while the layer is sent", Why: "TLS protects the way. What is wrong at its beginning arrives just as wrong."},
				{Text: "The registry, before it answers", Why: "It would have to read each layer before it sends it. It looked when the layer came."},
				{Text: "gzip, always, by its checksum", Why: "It has one, of 32 bits, against accidents. Whoever changes a layer on purpose changes that too."},
				{Text: "Whoever pulls, by the digest", Right: true},
			},
			Explain: "The digest came with the manifest, and the manifest's own was asked for or was checked. So each byte is vouched for from the top.",
		},
		{
			Key: "proves-what",
			Ask: "You have pulled an image by its digest, and all digests are right. What does that prove?",
			Choices: []lesson.Choice{
				{Text: "That it holds no known vulnerability", Why: "Digests know nothing of what is in there. For that there are scanners."},
				{Text: "That it is the image whose digest you were given", Right: true},
				{Text: "That its maker is who he says he is", Why: "Anybody can compute a digest. For that, a signature is needed: cosign, or Notary."},
				{Text: "That the registry is not compromised", Why: "It may be. You got the right bytes all the same."},
			},
			Explain: "A digest answers which, not whose and not whether it is good. The question is from whom you have the digest.",
		},
		{
			Key: "two-digests",
			Ask: "The configuration lists the digest of each layer's tar archive, the manifest those of the compressed ones. Why both?",
			Choices: []lesson.Choice{
				{Text: "The same archive can be compressed in many ways", Right: true},
				{Text: "One is for pushing, the other one for pulling", Why: "Both ways use the manifest's. It names what is sent."},
				{Text: "For safety, should one of them be forged", Why: "Both are SHA-256. Whoever could forge one could forge the other."},
			},
			Explain: "gzip of another version, or zstd, makes other bytes of the same files. The image's ID is the configuration's digest, and stays what it is.",
		},
		{
			Key: "unknown-blob",
			Ask: "You PUT a manifest that names a layer which was never pushed. What does the registry do?",
			Choices: []lesson.Choice{
				{Text: "It takes it, and waits for the layer", Why: "Meanwhile everybody could find a name that leads to half an image."},
				{Text: "It fetches the layer from Docker Hub", Why: "A registry fetches nothing, unless it was set up as a mirror."},
				{Text: "It takes the manifest without that layer", Why: "It would be another manifest, of another digest."},
				{Text: "It refuses the manifest", Right: true},
			},
			Explain: "The answer is MANIFEST_BLOB_UNKNOWN. So all that a registry has a name for is whole.",
		},
	}, predictions()...)
}
