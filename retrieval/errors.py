"""Errors of finding and quoting that are made for people; the tree is drawn in `playbook.errors`."""

from playbook.errors import ClosureBotError


class ModelUnavailable(ClosureBotError):
    """An embedding model or reranker cannot be loaded. Details: `name`, `reason`."""

    sentence = "模型「{name}」加载不了：{reason}。"
    remedy = "请检查 CLOSURE_BOT_EMBEDDING_MODEL 和 CLOSURE_BOT_RERANKER，或删去这两项改用自带模型。"


class ModelsExtraMissing(ModelUnavailable):
    """A sentence-transformers model is asked for, and the library is not installed. Details: `name`."""

    sentence = "模型「{name}」需要 sentence-transformers，现在没有安装。"
    remedy = "请运行 pip install 'closure-bot[models]'，或删去 CLOSURE_BOT_EMBEDDING_MODEL 改用自带模型。"


class VectorStoreUnavailable(ClosureBotError):
    """Chroma cannot be opened or reached. Details: `where`, `reason`."""

    sentence = "向量库打不开（{where}）：{reason}。"
    remedy = "请检查数据目录的权限和空间；用了 CLOSURE_BOT_CHROMA_URL 的，请检查该服务是否在运行。"


class IndexUnavailable(ClosureBotError):
    """The index's file cannot be made or opened. Details: `where`, `reason`."""

    sentence = "索引打不开（{where}）：{reason}。"
    remedy = "请检查数据目录是否存在、能否写入、磁盘是否已满；索引可以删掉重建。"


class IndexBusy(ClosureBotError):
    """Another process is writing to the index. Details: `where`."""

    sentence = "另一个程序正在更新索引（{where}）。"
    remedy = "请等它完成后再试。"


class ChatModelUnusable(ClosureBotError):
    """A chat model cannot be opened. Details: `name`, `reason`."""

    sentence = "对话模型「{name}」用不了：{reason}。"
    remedy = "请检查 CLOSURE_BOT_CHAT_MODEL、CLOSURE_BOT_CHAT_BASE_URL 和密钥，或删去第一项只引原文。"


class ChatPackageMissing(ChatModelUnusable):
    """The package for a provider of chat models is not installed. Details: `name`, `reason`."""

    sentence = "对话模型「{name}」要用的程序包没有安装：{reason}。"
    remedy = "请运行 pip install 'closure-bot[openai]'（用 Ollama 的装 [ollama]），或删去 CLOSURE_BOT_CHAT_MODEL。"


class DocumentUnreadable(ClosureBotError):
    """An officer's document cannot be turned into text. Details: `name`, `reason`."""

    sentence = "「{name}」没有收录：{reason}。"
    remedy = "请改好或另存后再试。"
