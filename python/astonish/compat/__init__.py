"""Programs and files of other libraries: scikit-surprise's runner, command and dumps."""
