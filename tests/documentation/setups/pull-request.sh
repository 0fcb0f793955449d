# The sample repository, with the branch that moves a class checked out.
"$TREE/scripts/sample" .
