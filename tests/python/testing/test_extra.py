"""The test kit without pytest."""

import subprocess
import sys


def test_without_pytest_the_error_names_the_extra():
    program = "import sys; sys.modules['pytest'] = None; import astonish.testing"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert run.returncode != 0
    message = "ImportError: astonish.testing needs pytest: pip install 'astonish[test]'"
    assert run.stderr.strip().endswith(message)
