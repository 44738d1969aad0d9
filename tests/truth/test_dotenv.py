"""What load_dotenv of python-dotenv does to variables that are set, and where it looks for the file."""

import pytest

from tests.truth.child import needs, run_child

pytestmark = needs("dotenv")

SCRIPT = """
from dotenv import dotenv_values, find_dotenv, load_dotenv
import importlib.util

Path(".env").write_text("SET=file\\nEMPTY_THERE=file\\nNEW=file\\nEMPTY=\\nBARE\\nQUOTED='a b'\\nREF=${NEW}/x\\nexport EXPORTED=1\\n"
                        "HASH=a#b\\nCOMMENT=a #b\\n")
os.environ.update(SET="environment", EMPTY_THERE="")

def load(place):
    spec = importlib.util.spec_from_file_location("module", place)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module

Path("package/inner").mkdir(parents=True)
Path("package/.env").write_text("FROM=package")
Path("package/inner/module.py").write_text("from dotenv import find_dotenv\\nfound = find_dotenv()\\n"
                                           "here = find_dotenv(usecwd=True)\\n")
module = load("package/inner/module.py")
facts["found by a file in a folder"] = Path(module.found).relative_to(Path.cwd()).as_posix()
facts["found with usecwd"] = Path(module.here).relative_to(Path.cwd()).as_posix()
del __file__  # as in a notebook and under `python -c`
module = load("package/inner/module.py")
facts["found without a program"] = Path(module.found).relative_to(Path.cwd()).as_posix()
facts["result"] = load_dotenv(".env")
for name in ("SET", "EMPTY_THERE", "NEW", "EMPTY", "BARE", "QUOTED", "REF", "EXPORTED", "HASH", "COMMENT"):
    facts[name] = os.environ.get(name)
load_dotenv(".env", override=True)
facts["SET overridden"] = os.environ["SET"]
facts["missing file"] = load_dotenv("missing.env")
"""


@pytest.fixture(scope="module")
def facts(tmp_path_factory):
    return run_child(tmp_path_factory.mktemp("dotenv"), SCRIPT)


def test_what_is_set_stays(facts):
    """load_dotenv leaves a variable that is set, also one that is set and empty, unless override=True."""
    assert facts["SET"] == "environment"
    assert facts["EMPTY_THERE"] == ""
    assert facts["SET overridden"] == "file"
    assert facts["NEW"] == "file"


def test_values(facts):
    """`NAME=` sets an empty value and `NAME` alone sets nothing; quotes go, ${} is replaced, export is allowed."""
    assert facts["EMPTY"] == ""
    assert facts["BARE"] is None
    assert facts["QUOTED"] == "a b"
    assert facts["REF"] == "file/x"
    assert facts["EXPORTED"] == "1"
    assert facts["HASH"] == "a#b"
    assert facts["COMMENT"] == "a"


def test_where_it_looks(facts):
    """Without path it searches from the folder of the calling file upward; from the working folder with usecwd,
    and where the program itself is no file, as in a notebook.
    """
    assert facts["found by a file in a folder"] == "package/.env"
    assert facts["found with usecwd"] == ".env"
    assert facts["found without a program"] == ".env"


def test_a_missing_file_is_no_error(facts):
    """load_dotenv returns False for a file that is not there."""
    assert facts["result"] is True
    assert facts["missing file"] is False
