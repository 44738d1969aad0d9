"""The scripts that a command line runs."""

import time

import pytest
from azmlflow.azure.jobs import scripts_of_command
from azmlflow.azure.shell_words import split_commands
from hypothesis import given
from hypothesis import strategies as st

PY, MODULE, NOTEBOOK, SHELL = "python", "module", "notebook", "shell"

ONE_SCRIPT = [
    ("python main.py --x 1", PY, "main.py", ""),
    ("python ./main.py", PY, "main.py", ""),
    ("python3 -u x.py", PY, "x.py", ""),
    ("python3.10 -W ignore -X dev x.py", PY, "x.py", ""),
    ("/opt/conda/bin/python x.py", PY, "x.py", ""),
    ("python.exe x.py", PY, "x.py", ""),
    ("python 'my script.py'", PY, "my script.py", ""),
    ('python "a b.py" --c', PY, "a b.py", ""),
    ("python my\\ script.py", PY, "my script.py", ""),
    ("python -m pkg.train --x", MODULE, "pkg.train", ""),
    ("python -um pkg.train", MODULE, "pkg.train", ""),
    ("python -mpkg.train", MODULE, "pkg.train", ""),
    ("cd src && python -m pkg", MODULE, "pkg", "src"),
    ("cd ./src/ ; python x.py", PY, "x.py", "src"),
    ("cd src\ncd ../lib\npython x.py", PY, "x.py", "lib"),
    ("cd ../other && python x.py", PY, "x.py", "../other"),
    ("pushd src && python x.py", PY, "x.py", "src"),
    ("cd ${{inputs.d}} && python x.py", PY, "x.py", None),
    ("cd /tmp && python x.py", PY, "x.py", None),
    ("cd $HOME && cd y && python x.py", PY, "x.py", None),
    ("cd && python x.py", PY, "x.py", None),
    ("A=1 B='2 3' python x.py", PY, "x.py", ""),
    ("export A=1 && python x.py", PY, "x.py", ""),
    ("env A=1 python x.py", PY, "x.py", ""),
    ("timeout 10 python x.py", PY, "x.py", ""),
    ("nohup python x.py &", PY, "x.py", ""),
    ("if [ -f a ]; then python x.py; fi", PY, "x.py", ""),
    ("(cd src; python x.py)", PY, "x.py", "src"),
    ("python x.py 2>&1 | tee log.txt", PY, "x.py", ""),
    ("python x.py > out.py", PY, "x.py", ""),
    ("python x.py &> out.py", PY, "x.py", ""),
    ("python x.py < in.py", PY, "x.py", ""),
    ("# python no.py\npython x.py # python no.py", PY, "x.py", ""),
    ("python x.py $[[--opt ${{inputs.x}}]] $[[--b ${{inputs.y}}]]", PY, "x.py", ""),
    ("python x.py \\\n  --lr 1 \\\r\n  --data ${{inputs.data}}", PY, "x.py", ""),
    ("pip install -r r.txt && python -m pip install -e . ; python x.py", PY, "x.py", ""),
    ("accelerate launch --config_file c.yaml x.py --a b.py", PY, "x.py", ""),
    ("accelerate launch -m pkg.train", MODULE, "pkg.train", ""),
    ("torchrun --nproc_per_node 4 ./x.py", PY, "x.py", ""),
    ("torchrun --nnodes=2 -m pkg.train", MODULE, "pkg.train", ""),
    ("deepspeed --num_gpus 2 x.py", PY, "x.py", ""),
    ("python -m torch.distributed.launch --nproc 2 x.py", PY, "x.py", ""),
    ("python -m torch.distributed.run -m pkg.train", MODULE, "pkg.train", ""),
    ("python -m coverage run x.py", PY, "x.py", ""),
    ("mpirun -np 4 --hostfile h python x.py", PY, "x.py", ""),
    ("conda run -n env --no-capture-output python x.py", PY, "x.py", ""),
    ("poetry run python -m pkg", MODULE, "pkg", ""),
    ("uv run x.py", PY, "x.py", ""),
    ("spark-submit --master yarn x.py", PY, "x.py", ""),
    ("papermill in.ipynb out.ipynb -p a 1", NOTEBOOK, "in.ipynb", ""),
    ("jupyter nbconvert --to notebook --execute nb.ipynb", NOTEBOOK, "nb.ipynb", ""),
    ("ipython nb.ipynb", NOTEBOOK, "nb.ipynb", ""),
    ("bash run.sh a b", SHELL, "run.sh", ""),
    ("sh -e ./run.sh", SHELL, "run.sh", ""),
    ("./run.sh", SHELL, "run.sh", ""),
    ("bash -c 'cd src && python x.py'", PY, "x.py", "src"),
    ('cd a && bash -lc "cd b && python x.py"', PY, "x.py", "a/b"),
    ("echo don't && python x.py", PY, "x.py", ""),
    ('echo "unfinished && python x.py', PY, "x.py", ""),
    ("echo $(date) && python x.py", PY, "x.py", ""),
    ("echo ${{ && python x.py", PY, "x.py", ""),
]


@pytest.mark.parametrize(("command", "kind", "path", "folder"), ONE_SCRIPT)
def test_one_script(command, kind, path, folder):
    (script,) = scripts_of_command(command)
    assert (script.kind.value, script.path, script.folder) == (kind, path, folder)
    assert script.is_known is (folder is not None)


@pytest.mark.parametrize(
    "command",
    [
        "",
        "   ",
        "echo hello",
        "python",
        "python -",
        "python -m",
        "python -c 'import x; x.run(\"a.py\")'",
        "python -V",
        "python -m pytest tests/a.py",
        "pip install x.py",
        "accelerate config c.py",
        "ls *.py",
        "cat train.py",
        "bash",
        "bash -c",
        "cd src",
        "A=1",
        "sudo",
        "conda run -n env",
        "az ml job create -f job.yml",
        "> python.py",
    ],
)
def test_no_script(command):
    assert scripts_of_command(command) == ()


def test_several_scripts_in_order():
    scripts = scripts_of_command("cd a;\npython x.py\nbash y.sh && papermill z.ipynb o.ipynb")
    assert [(script.path, script.folder) for script in scripts] == [
        ("x.py", "a"),
        ("y.sh", "a"),
        ("z.ipynb", "a"),
    ]


def test_a_name_that_is_not_known():
    (script,) = scripts_of_command("python ${{inputs.script}} --x")
    assert script.path == "${{inputs.script}}"
    assert not script.is_known
    (script,) = scripts_of_command("python $SCRIPT")
    assert not script.is_known


def test_where_a_script_stands():
    command = "cd src && python 'a b.py' --x"
    (script,) = scripts_of_command(command)
    assert command[script.start : script.end] == "'a b.py'"


def test_words_keep_expressions_whole():
    (words,) = split_commands("a --x=${{ inputs.x }} b$(c d)e 'f g'h")
    assert [word.text for word in words] == ["a", "--x=${{ inputs.x }}", "b$(c d)e", "f gh"]


PIECES = ["python ", "x.py ", "-m ", "cd ", "bash -c ", "'", '"', "\\", "\n", "&&", ";", "|", ">", "<", "&", "(", ")",
          "#", "${{", "}}", "$[[", "]]", "$(", "$", " ", "\r\n", "a", "=", "accelerate launch ", "timeout ", "é"]  # fmt: skip


@given(st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=30).map("".join)))
def test_nothing_raises_and_offsets_lie_inside(command):
    for script in scripts_of_command(command):
        assert 0 <= script.start < script.end <= len(command)
        assert script.path


@pytest.mark.parametrize("piece", [*PIECES, "${{ ", "bash -c 'x' ", "a;"])
def test_long_commands_take_no_time(piece):
    started = time.process_time()
    scripts_of_command(piece * (100_000 // len(piece)))
    assert time.process_time() - started < 2
