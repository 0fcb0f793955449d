# A clone of this repository in which `scripts/test` has been run: its commands are those
# of the clone, and its scripts find what they would install.
# needs: a clone of this repository
git clone --quiet "$TREE" .
export REHOME_VENV="$SCRATCH/of-the-clone"
PATH="$("$PYTHON" "$SETUPS/../interpreter.py" "$PWD" "$REHOME_VENV"):$PATH"
(
    cd scripts
    python -c "import environment; print(environment.fingerprint(), end='')"
) >"$REHOME_VENV/.rehome-test"
cp "$REHOME_VENV/.rehome-test" "$REHOME_VENV/.rehome-run"
