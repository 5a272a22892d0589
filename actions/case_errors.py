"""Errors of cases, tasks and files that are made for people; the tree is drawn in `playbook.errors`."""

from playbook.errors import ClosureBotError


class CaseRefused(ClosureBotError):
    """The base of what cannot be done to a case; nothing has changed."""


class CaseUnknown(CaseRefused):
    """There is no such case. Details: `case`."""

    sentence = "没有案件 {case}。"
    remedy = "请发 /cases 看案件列表，或用 /cases 加企业名称来找。"


class CaseHasOpenTasks(CaseRefused):
    """It cannot be put away yet. Details: `case`, `count`."""

    sentence = "{case} 还有 {count} 项任务没有办完，不能归档。"
    remedy = "请先完成，或写明原因不办。"


class CaseNotArchived(CaseRefused):
    """Only a case that is put away may become a past case. Details: `case`."""

    sentence = "{case} 还没有归档，不能放进案例库。"
    remedy = "请先归档。"


class CaseNotPutAway(CaseRefused):
    """What is worked on is not forgotten. Details: `case`."""

    sentence = "{case} 还没有归档，不能清除。"
    remedy = "请先归档。"


class CaseStillKept(CaseRefused):
    """It is to be kept for longer. Details: `case`, `months`, `until`, a date."""

    sentence = "{case} 归档后要保存 {months} 个月，到 {until} 才能清除。"
    remedy = "请到期再发；保存期限由管理员设置。"


class TooManyDrafts(CaseRefused):
    """More drafts than anybody works on. Details: `count`."""

    sentence = "您已有 {count} 份没填完的草稿，不能再开新的。"
    remedy = "请先发 /cases 看草稿，填完或取消几份。"


class TaskUnknown(CaseRefused):
    """There is no such task. Details: `task`."""

    sentence = "没有编号为 {task} 的任务。"
    remedy = "请发 /case 加案件编号看任务列表。"


class TaskBlocked(CaseRefused):
    """It waits for other tasks. Details: `title`, `by`, the titles."""

    sentence = "「{title}」还不能办，要等：{by}。"
    remedy = "请先办前面的，办完后它会自动恢复。"


class TaskSettled(CaseRefused):
    """It is done or waived already. Details: `title`."""

    sentence = "「{title}」已经办结。"
    remedy = "请先重新打开，再改。"


class EvidenceMissing(CaseRefused):
    """It closes only with evidence. Details: `title`, `evidence`."""

    sentence = "「{title}」要有凭据才能办结：{evidence}。"
    remedy = "请发照片或文件，或写一句带编号、数字的说明。"


class ReasonMissing(CaseRefused):
    """It needs a reason."""

    sentence = "没有写原因。"
    remedy = "请写一句原因。"


class SnoozeTooEarly(CaseRefused):
    """A reminder is put off to a day that is not ahead."""

    sentence = "推迟到的日子要在今天以后。"
    remedy = "请重新选一天。"


class FileTooBig(CaseRefused):
    """More than is taken. Details: `limit`, in MB."""

    sentence = "这个文件没存下来：超过 {limit} MB。"
    remedy = "请压缩后再发，前面填的都在。"


class FileTypeRefused(CaseRefused):
    """Not one of the types that are taken, by its content."""

    sentence = "这种文件不收，没有保存。"
    remedy = "请发照片（JPG、PNG、WebP、HEIC）、PDF、Word、Excel、PPT 或纯文本。"


class FileDamaged(CaseRefused):
    """The bytes on disk are not those that were kept. Details: `name`."""

    sentence = "「{name}」在磁盘上已损坏或丢失。"
    remedy = "请从备份恢复，或请原来的人再发一次。"


class FilesUnwritable(CaseRefused):
    """The disk does not take it. Details: `reason`."""

    sentence = "文件写不进数据目录（{reason}），没有保存。"
    remedy = "请腾出空间或检查权限后再发。"
