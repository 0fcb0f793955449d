# The sample repository as it was before its pull request.
"$TREE/scripts/sample" .
git switch --quiet main
