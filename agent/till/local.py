"""local: the agent's answers on a Unix socket, for the command line; reads the ledger only through its owner."""

import logging

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from agent.acts import ACTS, COMMAND_LINE, Parts
from agent.errors import TillpostError
from agent.ledger.questions import QUESTIONS

LOG = logging.getLogger(__name__)


def local_app(parts: Parts) -> Starlette:
    """GET /ask/<question>?name=value answers from the ledger; POST /do/<act> with a JSON body acts."""

    async def ask(request: Request) -> JSONResponse:
        question = QUESTIONS.get(request.path_params["question"])
        if question is None:
            raise TillpostError(f"there is no such question; there are: {', '.join(QUESTIONS)}")
        return JSONResponse(await parts.ledger.do(question, **dict(request.query_params)))

    async def do(request: Request) -> JSONResponse:
        act = ACTS.get(request.path_params["act"])
        if act is None:
            raise TillpostError(f"there is no such act; there are: {', '.join(ACTS)}")
        body = await request.json()
        if not isinstance(body, dict):
            raise TillpostError("an act takes a JSON object")
        return JSONResponse(await act.does(parts, COMMAND_LINE, body))

    async def refuse(_: Request, error: Exception) -> JSONResponse:
        hint = error.hint if isinstance(error, TillpostError) else ""
        return JSONResponse({"error": str(error), "hint": hint}, status_code=422)

    async def misunderstand(_: Request, error: Exception) -> JSONResponse:
        """A name or a shape that is not ours; a fault of our own would look the same, so the log has it whole."""
        LOG.warning("a question could not be answered", exc_info=error)
        return JSONResponse({"error": f"not understood: {error}", "hint": ""}, status_code=422)

    routes = [Route("/ask/{question}", ask), Route("/do/{act}", do, methods=["POST"])]
    answers = {TillpostError: refuse, ValueError: refuse, TypeError: misunderstand, LookupError: misunderstand}
    return Starlette(routes=routes, exception_handlers=dict(answers))


class LocalServer(uvicorn.Server):
    """Serves until cancelled; signals belong to the daemon."""

    def __init__(self, app: Starlette, socket_path: str) -> None:
        super().__init__(uvicorn.Config(app, uds=socket_path, log_config=None, lifespan="off", access_log=False))

    async def run_until_cancelled(self) -> None:
        await self._serve()  # `serve` would take the signals
