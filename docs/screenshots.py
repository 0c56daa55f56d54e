"""Makes docs/screens/*.png from the samples: python docs/screenshots.py (needs Chromium, and `make setup`)."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import uvicorn
from playwright.sync_api import sync_playwright

from marsad.archive import Archive
from marsad.serve import app_of
from marsad.settings import Settings

SCREENS = Path(__file__).parent / "screens"


def main() -> None:
    """Take the pictures."""
    SCREENS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        where = Path(folder, "samples.db")
        subprocess.run([sys.executable, "-m", "marsad.cli", "demo", "--archive", str(where)], check=True, stdout=subprocess.DEVNULL)
        with Archive(where) as store:
            server = uvicorn.Server(uvicorn.Config(app_of(store, settings=Settings()), host="127.0.0.1", port=0, log_level="error"))
            threading.Thread(target=server.run, daemon=True).start()
            while not (server.started and server.servers):
                time.sleep(0.05)
            base = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
            story = next(s for s in store.stories() if "التحالف" in s.headline)
            with sync_playwright() as player:
                page = player.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"]).new_page(viewport={"width": 1180, "height": 720}, base_url=base)
                for name, path in (("today", "/?day=2024-01-06"), ("story", f"/story/{story.id}"), ("actor", "/actor?of=place:IRQ"), ("map", "/map?day=2024-02-10&days=60")):
                    page.goto(path)
                    page.wait_for_load_state("networkidle")
                    page.screenshot(path=SCREENS / f"{name}.png")
                page.goto(f"/story/{story.id}")
                page.locator(".positions .said").first.click()
                page.wait_for_load_state("networkidle")
                page.wait_for_timeout(300)
                page.screenshot(path=SCREENS / "article.png")
            server.should_exit = True


if __name__ == "__main__":
    main()
