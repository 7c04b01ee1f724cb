"""The words of the page about the ledger file, which speaks Chinese as every document does."""

from reports.domain.ledger_file import (
    EVIDENCE,
    FILES,
    FORMAT,
    FORMAT_VERSION,
    MANIFEST,
    MOST_RATIO,
    ColumnKind,
    member_of,
)

KIND_WORDS = {
    ColumnKind.INTEGER: "整数",
    ColumnKind.FLOAT: "小数",
    ColumnKind.TEXT: "文字",
    ColumnKind.BOOLEAN: "是否",
    ColumnKind.DAY: "日期",
    ColumnKind.MOMENT: "时刻",
    ColumnKind.TIME: "时间",
    ColumnKind.DECIMAL: "定点数",
    ColumnKind.UUID: "UUID",
    ColumnKind.JSON: "JSON",
    ColumnKind.FILE: "文件名",
    ColumnKind.MODEL: "数据表名",
}
RULE_WORDS = {"all": "全部", "user": "本分局的账号", "history": "随所记录的行"}

HEAD = f"""# 台账导出文件 · The ledger file

`manage.py export_ledger 文件.zip` 把整个台账写成一个文件，加 `--bureau 分局名称` 只写一个分局；
`manage.py import_ledger 文件.zip` 把它读入一个**空台账**（刚执行过 `manage.py migrate`，SQLite 或
PostgreSQL 均可）。全部读入，或者一行也不读入；读入前逐一核对文件名、大小和校验值。记录按原样写入：
编号、录入人、录入时间、修改历史都不变，不重新判断，不另记历史。

This page is written by `manage.py export_ledger --schema`; a test compares the two.

## 文件的组成

ZIP 文件，内含：

| 成员 | 内容 |
|---|---|
| `{MANIFEST}` | 格式、来源、数据表的版本，每个成员的行数、大小和 SHA-256 |
| `{member_of("…")}` | 一个数据表；UTF-8，每行一个 JSON 对象，键为下列列名，一个不多，一个不少 |
| `{FILES}` | 每行一个材料文件：`name`、`size`、`sha256`；导出时已经缺失的，`sha256` 为空 |
| `{EVIDENCE}…` | 材料文件，按原样存放；名称即记录中的文件名 |

`{MANIFEST}` 的键：`format`（`{FORMAT}`）、`format_version`（{FORMAT_VERSION}）、
`what`（`whole` 整个台账，`bureau` 一个分局）、`bureau`（`id`、`name`，或 `null`）、`product`、
`made_at`、`made_by`、`migrations`（按程序模块列出已执行的迁移）、`tables`（`name`、`member`、`rows`、
`size`、`sha256`）、`files`（同前）。

值的写法：日期 `2026-03-31`；时刻带时区 `2026-03-31T08:00:00+00:00`；定点数写成文字 `"12.50"`；
空值 `null`；引用写对方的主键（`→` 后为所引用的表）。不读取的：格式或迁移不同的文件、未登记的成员、
带 `..` 或绝对路径的名称、压缩比超过 {MOST_RATIO} 的成员、校验值不符的成员。

**整个台账**的文件含账号的密码摘要，应当与数据库备份同样保管。已经打好的材料包（后台任务的结果）不随文件走，
需要时重新打包。

**一个分局**的文件含：该分局及其下属单位的记录，连同它们所引用的上级单位、人员、账号（只有名称）、
统一配发的表和上级制定的规则。其他分局的记录不在其中；指向分局以外的引用，能空的置空。账号一律没有密码，分局以外的账号不能登录。
读入后用 `--system-admin`、`--security-admin` 和 `--audit-admin` 建立三名管理员，由其设置密码。

## 不导出的表

| 表 | 原因 |
|---|---|
"""

TABLES_HEAD = "\n## 数据表\n\n"
NOTE = (
    "`*` 为必填。{only} 只在整个台账的文件中。“分局：”后是一个分局的文件取哪些行。"
    "`historical…` 各表为修改历史：列与所记录的表相同，另有下列各列。\n\n"
)
HISTORY = "- **`{name}`** `{of}`的修改历史：{columns}"
TABLE = "- **`{name}`** {title}{rule}：{columns}"
OF_BUREAU = "（分局：{rule}）"
BY = "按{names}"
