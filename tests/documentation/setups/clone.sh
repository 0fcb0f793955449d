# A folder with a clone of this repository in `rehome` and nothing else, and a virtual
# environment that is as new, and active.
# needs: a clone of this repository
# needs: the package index
# needs: a Python of its own
git clone --quiet "$TREE" rehome
"$PYTHON" -m venv "$SCRATCH/environment"
. "$SCRATCH/environment/bin/activate"
