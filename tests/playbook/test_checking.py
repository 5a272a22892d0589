"""`playbook.checking`: whatever an officer breaks between one key and another is named by file, line and remedy."""

from pathlib import Path

import pytest

from tests.playbook.yaml_files import Spoilt, checklist, expect, put, read, tasks, write

PLAN_WHEN = 'assets.exists(a, a.buffer) || "土壤" in findings'
MAKE_WHEN = "when: size(findings) > 0 && !plan"
BUFFER_WHEN = 'when: land == "集体"\n'


def plan_when(condition: str) -> tuple[str, str]:
    """The condition of the last question, in single quotes."""
    return PLAN_WHEN, f"'{condition}'"


def make_when(condition: str) -> tuple[str, str]:
    """The condition of the first task."""
    return MAKE_WHEN, f"when: '{condition}'"


REFERENCES = [
    checklist(
        "help",
        put(
            "{id: uscc, ask: 代码, label: 代码, type: uscc, help: revisit",
            "{id: uscc, ask: 代码, label: 代码, type: uscc, help: nowhere",
        ),
        "- {id: uscc",
        "「help」指的「nowhere」手册里没有，请改正",
    ),
    checklist(
        "names", put("names: asset_name", "names: company"), "names:", "「names」指的「company」不是这一组的题，请改正"
    ),
    tasks(
        "source",
        put("kind: revisit\n    source: revisit", "kind: revisit\n    source: nowhere"),
        "source: nowhere",
        "「source」指的「nowhere」手册里没有，请改正",
    ),
    tasks(
        "gate-source",
        put("until: make-plan, source: disposal", "until: make-plan, source: x"),
        "- {id: plan-first",
        "「source」指的「x」手册里没有，请改正",
    ),
    tasks(
        "gate-until",
        put("until: make-plan", "until: no-plan"),
        "- {id: plan-first",
        "「until」指的「no-plan」不是任务编号，请改正",
    ),
    tasks("waits", put("[register]", "[make-plan, regster]"), "waits:", "「waits」里的「regster」不是任务编号，请改正"),
    tasks(
        "each",
        put("each: assets", "each: after", "{asset_name}", "", 'when: land == "集体" || buffer', "when: plan"),
        "each: after",
        "「each」指的「after」不是重复的组，请改正",
    ),
]
IDS = [
    checklist("opened", put("id: owed", "id: opened"), "- id: opened", "编号「opened」另有用途，请换一个"),
    checklist("n", put("id: owed", "id: n"), "- id: n", "编号「n」另有用途，请换一个"),
    checklist("times", put("id: owed", "id: times"), "- id: times", "编号「times」另有用途，请换一个"),
    checklist("cel-word", put("id: owed", "id: in"), "- id: in", "编号「in」另有用途，请换一个"),
    checklist("group-cel-word", put("id: after", "id: for"), "- id: for", "编号「for」另有用途，请换一个"),
    checklist("group", put("id: owed", "id: after"), "- id: after", "题目编号「after」和组的编号相同，请换一个"),
    checklist(
        "more",
        put("id: owed", "id: assets_more"),
        "- id: assets_more",
        "题目编号「assets_more」和组的编号相同，请换一个",
    ),
    checklist("no-uscc", put("{id: uscc,", "{id: code,"), "groups:", "缺少编号为「uscc」、类型为 uscc 的题，请补上"),
    checklist(
        "wrong-type",
        put(
            "{id: company, ask: 叫什么, label: 名称, type: text", "{id: company, ask: 叫什么, label: 名称, type: phone"
        ),
        "- {id: company",
        "「company」这一题的类型要是 text，现在是 phone",
    ),
    checklist(
        "in-a-list",
        put(
            "{id: stage,",
            "{id: step,",
            "{id: sold_on, ask: 哪天成交, label: 成交日, type: date",
            "{id: stage, ask: 哪天成交, label: 成交日, choices: [买, 卖], type: choice",
        ),
        "- {id: stage",
        "「stage」这一题不能在重复的组里，请移到别的组",
    ),
]
KEYS = [
    checklist(
        "no-choices",
        put(", choices: [破产, 转移]", ""),
        "- {id: reason",
        "类型为 choice 的题要有「choices」，请列出选项",
    ),
    checklist(
        "choices-of-text",
        put("max: 500", "max: 500\n        choices: [甲, 乙]"),
        "choices:",
        "类型为 number 的题不能有「choices」，请删去",
    ),
    checklist(
        "same-choice", put("[破产, 转移]", "[破产, 转移, 破产]"), "- {id: reason", "选项「破产」重复了，请删去一个"
    ),
    checklist(
        "same-word",
        put("[破产, 转移]", "[{text: 破产, also: [没钱]}, {text: 转移, also: [搬, 没钱]}]"),
        "- {id: reason",
        "「没钱」既指「破产」又指「转移」，请只留一处",
    ),
    checklist("min-above-max", put("min: 0\n", "min: 501\n"), "min:", "「min」大于「max」，请改正"),
    checklist(
        "min-of-a-date",
        put("type: date, help: revisit,", "type: date, min: 1, help: revisit,"),
        "- {id: closure_date",
        "类型为 date 的题不能有「min」，请删去",
    ),
    checklist(
        "max-of-a-phone",
        put("type: phone,", "type: phone, max: 1,"),
        "- {id: phone",
        "类型为 phone 的题不能有「max」，请删去",
    ),
    checklist(
        "no-more",
        put("    more: 还有吗\n", ""),
        "- id: assets",
        "重复的组要写全「item」「names」「more」，还缺「more」；不重复的组一个也不写",
    ),
    checklist(
        "item-alone",
        put("id: after\n", "id: after\n    item: 事\n"),
        "- id: after",
        "重复的组要写全「item」「names」「more」，还缺「names」「more」；不重复的组一个也不写",
    ),
    tasks(
        "no-evidence",
        put("    evidence: 方案\n", ""),
        "kind: eco_liability",
        "生态责任任务要写「evidence」：凭什么办结",
    ),
]
DATES = [
    tasks(
        "neither",
        put("{from: opened, workdays: 5}", "{from: opened}"),
        "due: {from: opened}",
        "「due」里「workdays」和「months」要写一个，只写一个",
    ),
    tasks(
        "both",
        put("{from: opened, workdays: 5}", "{workdays: 5, months: 1}"),
        "due: {workdays: 5, months",
        "「due」里「workdays」和「months」要写一个，只写一个",
    ),
    tasks(
        "times",
        put("{from: opened, workdays: 5}", "{workdays: 5, times: 2}"),
        "due: {workdays: 5, times",
        "「times」要和「months」一起用，请补上「months」或删去「times」",
    ),
    tasks(
        "no-date",
        put("from: closure_date", "from: staff"),
        "due: {from: staff",
        "「from」只能是 opened 或一道日期题的编号，现在是「staff」",
    ),
    tasks(
        "unknown",
        put("from: closure_date", "from: closed"),
        "due: {from: closed",
        "「from」只能是 opened 或一道日期题的编号，现在是「closed」",
    ),
    tasks(
        "of-an-item",
        put("from: closure_date", "from: sold_on"),
        "due: {from: sold_on",
        "「from」只能是 opened 或一道日期题的编号，现在是「sold_on」",
    ),
    tasks(
        "far-off",
        put("workdays: 20", "workdays: 20000"),
        "due: {from: opened, workdays: 20000",
        "「workdays」最多1000，现在是 20000",
    ),
    tasks(
        "years",
        put("months: 3, times: 4", "months: 30, times: 5"),
        "due: {from: closure_date, months: 30",
        "「months」乘「times」最多120个月，请改小",
    ),
]
TITLES = [
    tasks(
        "unknown-name",
        put("{asset_name}", "{asset}"),
        "title:",
        "「title」里的「{asset}」不是这里能用的题目编号，请改正",
    ),
    tasks(
        "of-an-item",
        put("title: 登记", 'title: "{asset_name}登记"'),
        "title:",
        "「title」里的「{asset_name}」不是这里能用的题目编号，请改正",
    ),
    tasks(
        "list",
        put("title: 登记", 'title: "{assets}登记"'),
        "title:",
        "「title」里的「{assets}」不是这里能用的题目编号，请改正",
    ),
    tasks(
        "inside",
        put("title: 登记", 'title: "{company.x}登记"'),
        "title:",
        "「title」里的「{company.x}」不是这里能用的题目编号，请改正",
    ),
    tasks(
        "nameless", put("title: 登记", 'title: "登记{}"'), "title:", "「title」里的「{}」不是这里能用的题目编号，请改正"
    ),
    tasks("unclosed", put("title: 登记", 'title: "登记{company"'), "title:", "「title」里的花括号不成对，请改正"),
    tasks(
        "format",
        put("title: 登记", 'title: "{company:>9}登记"'),
        "title:",
        "「title」里的花括号只写题目编号，请改成 {company}",
    ),
    tasks(
        "conversion",
        put("title: 登记", 'title: "{company!x}登记"'),
        "title:",
        "「title」里的花括号只写题目编号，请改成 {company}",
    ),
    tasks(
        "personal",
        put("title: 登记", 'title: "打给{phone}"'),
        "title:",
        "「title」里的「{phone}」是联系方式或私事，不写进标题，请删去",
    ),
]
CIRCLES = [
    tasks("self", put("[register]", "[sell]"), "waits:", "任务互相等待，谁也办不成：sell → sell"),
    tasks(
        "two",
        put("{from: opened, workdays: 5}", "{workdays: 5}\n    waits: [sell]"),
        "waits: [sell]",
        "任务互相等待，谁也办不成：register → sell → register",
    ),
    tasks(
        "gate",
        put("evidence: 方案", "evidence: 方案\n    waits: [sell]"),
        "waits: [sell]",
        "任务互相等待，谁也办不成：make-plan → sell → make-plan",
    ),
    tasks(
        "gate-by-another",
        put("evidence: 方案", "evidence: 方案\n    waits: [register]", "kind: asset", "kind: disposal"),
        "waits: [register]",
        "任务互相等待，谁也办不成：make-plan → register → make-plan",
    ),
    tasks(
        "held-by-itself",
        put("kind: eco_liability", "kind: disposal"),
        "kind: disposal",
        "任务互相等待，谁也办不成：make-plan → make-plan",
    ),
    tasks(
        "second-gate-of-a-kind",
        put(
            "tasks:\n",
            "  - {id: second, title: 先登记, blocks: disposal, until: register, source: disposal}\ntasks:\n",
            "{from: opened, workdays: 5}",
            "{workdays: 5}\n    waits: [sell]",
        ),
        "waits: [sell]",
        "任务互相等待，谁也办不成：register → sell → register",
    ),
]
NAMES = [
    checklist("unknown", put("staff > 0.0", "staf > 0.0"), "when:", "条件里的「staf」不是题目编号，请改正"),
    checklist("later", put("staff > 0.0", "has_assets"), "when:", "条件里的「has_assets」这时还没问到，请改用前面的题"),
    checklist("itself", put("staff > 0.0", "owed > 0.0"), "when:", "条件里的「owed」就是这一题自己，请改用前面的题"),
    checklist(
        "list-later", put("staff > 0.0", "size(assets) > 0"), "when:", "条件里的「assets」这时还没问到，请改用前面的题"
    ),
    checklist(
        "own-list",
        put(BUFFER_WHEN, "when: size(assets) > 0\n"),
        "when:",
        "条件里的「assets」这时还没问到，请改用前面的题",
    ),
    checklist("group", put("staff > 0.0", "basics"), "when:", "条件里的「basics」不是题目编号，请改正"),
    checklist(
        "group-by-its-own",
        put("when: has_assets", "when: buffer"),
        "when:",
        "条件里的「buffer」这时还没问到，请改用前面的题",
    ),
    checklist(
        "of-an-item",
        put(*plan_when("buffer")),
        "when:",
        "条件里的「buffer」在重复的组「资产」里，请写成 assets.exists(a, a.buffer …)",
    ),
    checklist("more", put(*plan_when("assets_more")), "when:", "条件里的「assets_more」不是题目编号，请改正"),
    checklist(
        "pollution",
        put("pollution: size(findings) > 0", "pollution: pollutes"),
        "pollution:",
        "条件里的「pollutes」不是题目编号，请改正",
    ),
    tasks(
        "task-of-an-item",
        put(*make_when("buffer")),
        "when:",
        "条件里的「buffer」在重复的组「资产」里，请写成 assets.exists(a, a.buffer …)",
    ),
    tasks("task-unknown", put(*make_when("planned")), "when:", "条件里的「planned」不是题目编号，请改正"),
    tasks("yaml-truth", put(MAKE_WHEN, "when: true"), "when:", "条件里的「True」不是题目编号，请改正"),
]
SENSE = [
    (
        "no-such-choice",
        'industry == "印刷"',
        '条件里的「industry」没有 "印刷" 这个选项，可选：印染、建材、农业，请改正',
    ),
    (
        "hidden",
        'plan || industry == "印刷"',
        '条件里的「industry」没有 "印刷" 这个选项，可选：印染、建材、农业，请改正',
    ),
    (
        "other-way-round",
        '"印刷" != industry',
        '条件里的「industry」没有 "印刷" 这个选项，可选：印染、建材、农业，请改正',
    ),
    (
        "in-a-list",
        'industry in ["印染", "印刷"]',
        '条件里的「industry」没有 "印刷" 这个选项，可选：印染、建材、农业，请改正',
    ),
    (
        "no-such-finding",
        '"粪污" in findings',
        '条件里的「findings」没有 "粪污" 这个选项，可选：危废、土壤、石棉、都没有，请改正',
    ),
    (
        "finding-by-macro",
        'findings.exists(f, f == "粪污")',
        '条件里的「findings」没有 "粪污" 这个选项，可选：危废、土壤、石棉、都没有，请改正',
    ),
    (
        "findings-by-macro",
        'findings.exists(f, f in ["土壤", "粪污"])',
        '条件里的「findings」没有 "粪污" 这个选项，可选：危废、土壤、石棉、都没有，请改正',
    ),
    ("empty-finding", '"" in findings', '条件里的「findings」没有 "" 这个选项，可选：危废、土壤、石棉、都没有，请改正'),
    ("member", 'assets.exists(a, a.land == "租赁")', '条件里的「land」没有 "租赁" 这个选项，可选：国有、集体，请改正'),
    ("list-as-text", 'findings == "土壤"', '条件里的「findings」是多选题，请写成 "土壤" in findings，请改正'),
    ("text-as-list", '"印染" in industry', '条件里的「industry」不是多选题，不能写 "印染" in industry，请改正'),
    ("yes-in-words", 'plan == "是"', '条件里的「plan」是一道是非题，不和 "是" 比，直接写 plan 或 !plan，请改正'),
    ("number-in-quotes", 'staff == "3"', '条件里的「staff」的答案是数字，不能和 "3" 比，数字不加引号，请改正'),
    ("more-in-quotes", 'plan && staff > "3"', '条件里的「staff」的答案是数字，不能和 "3" 比，数字不加引号，请改正'),
    ("money-and-truth", "owed == true", "条件里的「owed」的答案是数字，不能和 true 比，数字不加引号，请改正"),
    ("null", "phone == null", "条件里的「phone」的答案是文字，不能和 null 比，请加引号，请改正"),
    ("text-and-number", "company != -3.5", "条件里的「company」的答案是文字，不能和 -3.5 比，请加引号，请改正"),
    (
        "no-day",
        'closure_date > "2026-3-1"',
        '条件里的「closure_date」是日期，"2026-3-1" 请写成 "2026-03-01" 的样子，请改正',
    ),
]
FAILING = [
    ("integer", "staff * 2 > 1.0", '类型对不上，数字写成小数（如 2.0），文字加引号，多选题写成 "选项" in 编号'),
    ("two-kinds", "staff > company", '类型对不上，数字写成小数（如 2.0），文字加引号，多选题写成 "选项" in 编号'),
    ("not-of-text", "!company && !plan", '类型对不上，数字写成小数（如 2.0），文字加引号，多选题写成 "选项" in 编号'),
    (
        "behind-and",
        "plan && has_assets && staff + 1 > 2.0",
        '类型对不上，数字写成小数（如 2.0），文字加引号，多选题写成 "选项" in 编号',
    ),
    ("no-member", "assets.exists(a, !a.buffer && a.kind > 0.0)", "没有「kind」这一题"),
    (
        "no-member-of-a-member",
        "assets.exists(a, a.land.x)",
        '类型对不上，数字写成小数（如 2.0），文字加引号，多选题写成 "选项" in 编号',
    ),
    ("no-function", "plan && days(closure_date) > 3.0", "不认识「days」"),
    ("loose-variable", "assets.exists(a, a.buffer) && a", "不认识「a」"),
    ("first-of-none", "assets[0].buffer", "有的答案（或没有答案）代进去就出错"),
    ("no-days", "timestamp(closure_date) > timestamp(closure_date)", "有的答案（或没有答案）代进去就出错"),
    ("by-nothing", "1 / size(findings) > 0", "有的答案（或没有答案）代进去就出错"),
    ("expression", 'company.matches("[")', "有的答案（或没有答案）代进去就出错"),
]
NO_TRUTH = ["staff", "company", "closure_date", '"x"', "plan ? staff : owed", "findings", "assets"]


@pytest.mark.parametrize("spoilt", REFERENCES, ids=lambda spoilt: spoilt.name)
def test_what_refers_to_nothing(tmp_path: Path, spoilt: Spoilt) -> None:
    expect(tmp_path, spoilt)


@pytest.mark.parametrize("spoilt", IDS, ids=lambda spoilt: spoilt.name)
def test_ids_that_are_taken_or_missing(tmp_path: Path, spoilt: Spoilt) -> None:
    expect(tmp_path, spoilt)


@pytest.mark.parametrize("spoilt", KEYS, ids=lambda spoilt: spoilt.name)
def test_keys_that_do_not_go_together(tmp_path: Path, spoilt: Spoilt) -> None:
    expect(tmp_path, spoilt)


@pytest.mark.parametrize("spoilt", DATES, ids=lambda spoilt: spoilt.name)
def test_due_rules_that_give_no_date(tmp_path: Path, spoilt: Spoilt) -> None:
    expect(tmp_path, spoilt)


@pytest.mark.parametrize("spoilt", TITLES, ids=lambda spoilt: spoilt.name)
def test_titles_that_cannot_be_filled_in(tmp_path: Path, spoilt: Spoilt) -> None:
    expect(tmp_path, spoilt)


@pytest.mark.parametrize("spoilt", CIRCLES, ids=lambda spoilt: spoilt.name)
def test_tasks_that_wait_in_a_circle(tmp_path: Path, spoilt: Spoilt) -> None:
    expect(tmp_path, spoilt)


@pytest.mark.parametrize("spoilt", NAMES, ids=lambda spoilt: spoilt.name)
def test_names_that_conditions_do_not_know(tmp_path: Path, spoilt: Spoilt) -> None:
    expect(tmp_path, spoilt)


@pytest.mark.parametrize(("name", "condition", "advice"), SENSE, ids=lambda value: value)
def test_comparisons_with_what_can_never_be_answered(tmp_path: Path, name: str, condition: str, advice: str) -> None:
    expect(tmp_path, tasks(name, put(*make_when(condition)), "when:", advice))


@pytest.mark.parametrize(("name", "condition", "reason"), FAILING, ids=lambda value: value)
def test_conditions_that_cannot_be_worked_out(tmp_path: Path, name: str, condition: str, reason: str) -> None:
    advice = f"条件「{condition}」算不出来：{reason}，请改正"
    expect(tmp_path, tasks(name, put(*make_when(condition)), "when:", advice))


@pytest.mark.parametrize("condition", NO_TRUTH)
def test_conditions_that_are_neither_true_nor_false(tmp_path: Path, condition: str) -> None:
    advice = f'条件「{condition}」算出来的不是「是」或「否」，请补上比较，例如 > 0.0 或 == "…"'
    expect(tmp_path, tasks("no-truth", put(*make_when(condition)), "when:", advice))


@pytest.mark.parametrize(
    ("spoilt", "advice"),
    [
        (checklist("question", put("id: owed", "id: staff"), "", ""), "题目编号「staff」重复了，请换一个"),
        (checklist("across-groups", put("id: plan\n", "id: buffer\n"), "", ""), "题目编号「buffer」重复了，请换一个"),
        (checklist("group", put("id: after", "id: basics"), "", ""), "组的编号「basics」重复了，请换一个"),
        (tasks("task", put("id: revisit\n", "id: register\n"), "", ""), "编号「register」重复了，请换一个"),
        (
            tasks(
                "gate",
                put(
                    "tasks:\n",
                    "  - {id: plan-first, title: 又, blocks: brand, until: register, source: disposal}\ntasks:\n",
                ),
                "",
                "",
            ),
            "编号「plan-first」重复了，请换一个",
        ),
    ],
    ids=lambda value: value.name if isinstance(value, Spoilt) else "",
)
def test_an_id_used_twice_is_named_at_both_places(tmp_path: Path, spoilt: Spoilt, advice: str) -> None:
    lines = write(tmp_path, spoilt)[spoilt.file].splitlines()
    _, problems = read(tmp_path)
    id_ = advice.split("「")[1].split("」")[0]
    places = [problem.line for problem in problems if problem.advice == advice]
    assert len(places) == len(set(places)) == 2
    assert all(f"id: {id_}" in lines[line - 1] for line in places)


def test_every_fault_is_found_in_one_run(tmp_path: Path) -> None:
    wrong = [*DATES[:1], *TITLES[:1], REFERENCES[3], KEYS[-1]]
    texts = write(tmp_path)
    text = texts["tasks.yaml"]
    for spoilt in wrong:
        text = spoilt.spoil(text)
    (tmp_path / "tasks.yaml").write_text(text, "utf-8")
    _, problems = read(tmp_path)
    assert {problem.advice for problem in problems} == {spoilt.advice for spoilt in wrong}
    assert problems == sorted(problems)


@pytest.mark.parametrize(
    "condition",
    [
        'industry == "印染" || industry == ""',
        'industry in ["印染", "建材"] && reason != "破产"',
        '!("石棉" in findings) && findings != []',
        'findings == ["土壤"]',
        'findings.exists(f, f in ["土壤", "石棉"])',
        'assets.exists(a, a.land == "集体" && !a.buffer)',
        "assets.all(a, a.buffer) && size(assets) > 2",
        "staff > 3 && staff < 5 && owed >= 0.7 * staff",
        'closure_date >= "2026-03-01" && closure_date != ""',
        "company == 'O\\'Neil' || company.startsWith(\"上海\")",
        "has_assets == true && plan != false",
        'size(company) > 12 && company.matches("有限公司$")',
        "-staff < -3.0",
        'phone == "" && uscc == ""',
        "assets.filter(a, a.buffer).size() > 1",
        "assets.exists(a, assets.exists(b, a.land != b.land))",
        "assets.exists_one(a, a.buffer)",
        "plan ? staff > 1.0 : owed > 1.0",
    ],
)
def test_conditions_that_are_right(tmp_path: Path, condition: str) -> None:
    quoted = condition.replace("'", "''")
    write(tmp_path, tasks("right", put(*make_when(quoted)), "", ""))
    procedure, problems = read(tmp_path)
    assert procedure is not None
    assert problems == []
    assert procedure.rules.tasks[0].when is not None
    assert procedure.rules.tasks[0].when.source == condition


def test_the_id_of_a_list_leaves_room_for_the_question_after_each_item(tmp_path: Path) -> None:
    write(tmp_path, checklist("long", put("id: assets\n", "id: all_that_they_possess\n"), "", ""))
    _, problems = read(tmp_path)
    assert "重复的组的编号最多19个字符，现在是「all_that_they_possess」" in {problem.advice for problem in problems}
