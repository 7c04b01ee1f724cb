
import django.core.validators
import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("reports", "0013_audit_log"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='FormerPassword',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='密码摘要')),
                ('replaced_at', models.DateTimeField(verbose_name='更换时间')),
            ],
            options={
                'verbose_name': '用过的密码',
                'verbose_name_plural': '用过的密码',
                'ordering': ('-replaced_at', '-pk'),
            },
        ),
        migrations.CreateModel(
            name='HistoricalAccount',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('must_change_password', models.BooleanField(default=True, verbose_name='首次登录须改密码')),
                ('is_demo', models.BooleanField(default=False, editable=False, verbose_name='演示账号')),
                ('expires_on', models.DateField(blank=True, help_text='含当日；次日起不能登录，已登录的随即退出。不填为长期有效。', null=True, verbose_name='有效期至')),
                ('certificate_name', models.CharField(blank=True, help_text='用数字证书登录的，填写证书主题中的名称或序列号。', max_length=200, verbose_name='证书名称')),
                ('password_set_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='密码设置时间')),
                ('second_factor_since', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='双因素认证启用时间')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical 账号设置',
                'verbose_name_plural': 'historical 账号设置',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalSecuritySettings',
            fields=[
                ('id', models.PositiveSmallIntegerField(db_index=True, default=1, editable=False)),
                ('password_length', models.PositiveSmallIntegerField(default=10, validators=[django.core.validators.MinValueValidator(10), django.core.validators.MaxValueValidator(64)], verbose_name='密码最短长度')),
                ('password_kinds', models.PositiveSmallIntegerField(default=3, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(4)], verbose_name='密码至少包含的字符种类')),
                ('password_days', models.PositiveSmallIntegerField(default=0, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(365)], verbose_name='密码有效天数')),
                ('passwords_kept', models.PositiveSmallIntegerField(default=1, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(10)], verbose_name='不得重复使用的最近密码个数')),
                ('failures', models.PositiveSmallIntegerField(default=5, validators=[django.core.validators.MinValueValidator(3), django.core.validators.MaxValueValidator(10)], verbose_name='连续登录失败次数上限')),
                ('lockout_minutes', models.PositiveSmallIntegerField(default=15, validators=[django.core.validators.MinValueValidator(5), django.core.validators.MaxValueValidator(1440)], verbose_name='锁定分钟数')),
                ('idle_minutes', models.PositiveSmallIntegerField(default=60, validators=[django.core.validators.MinValueValidator(5), django.core.validators.MaxValueValidator(720)], verbose_name='无操作自动退出分钟数')),
                ('sessions', models.PositiveSmallIntegerField(default=0, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(10)], verbose_name='同一账号同时登录数')),
                ('second_factor_roles', models.JSONField(blank=True, default=list, verbose_name='须用双因素认证的角色')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical 安全设置',
                'verbose_name_plural': 'historical 安全设置',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='LoginSession',
            fields=[
                ('session_key', models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name='session key')),
                ('session_data', models.TextField(verbose_name='session data')),
                ('expire_date', models.DateTimeField(db_index=True, verbose_name='expire date')),
                ('began_at', models.DateTimeField(editable=False, null=True, verbose_name='登录时间')),
            ],
            options={
                'verbose_name': '登录会话',
                'verbose_name_plural': '登录会话',
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='SecuritySettings',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ('password_length', models.PositiveSmallIntegerField(default=10, validators=[django.core.validators.MinValueValidator(10), django.core.validators.MaxValueValidator(64)], verbose_name='密码最短长度')),
                ('password_kinds', models.PositiveSmallIntegerField(default=3, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(4)], verbose_name='密码至少包含的字符种类')),
                ('password_days', models.PositiveSmallIntegerField(default=0, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(365)], verbose_name='密码有效天数')),
                ('passwords_kept', models.PositiveSmallIntegerField(default=1, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(10)], verbose_name='不得重复使用的最近密码个数')),
                ('failures', models.PositiveSmallIntegerField(default=5, validators=[django.core.validators.MinValueValidator(3), django.core.validators.MaxValueValidator(10)], verbose_name='连续登录失败次数上限')),
                ('lockout_minutes', models.PositiveSmallIntegerField(default=15, validators=[django.core.validators.MinValueValidator(5), django.core.validators.MaxValueValidator(1440)], verbose_name='锁定分钟数')),
                ('idle_minutes', models.PositiveSmallIntegerField(default=60, validators=[django.core.validators.MinValueValidator(5), django.core.validators.MaxValueValidator(720)], verbose_name='无操作自动退出分钟数')),
                ('sessions', models.PositiveSmallIntegerField(default=0, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(10)], verbose_name='同一账号同时登录数')),
                ('second_factor_roles', models.JSONField(blank=True, default=list, verbose_name='须用双因素认证的角色')),
            ],
            options={
                'verbose_name': '安全设置',
                'verbose_name_plural': '安全设置',
            },
        ),
        migrations.AddField(
            model_name='account',
            name='certificate_name',
            field=models.CharField(blank=True, help_text='用数字证书登录的，填写证书主题中的名称或序列号。', max_length=200, verbose_name='证书名称'),
        ),
        migrations.AddField(
            model_name='account',
            name='expires_on',
            field=models.DateField(blank=True, help_text='含当日；次日起不能登录，已登录的随即退出。不填为长期有效。', null=True, verbose_name='有效期至'),
        ),
        migrations.AddField(
            model_name='account',
            name='password_set_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='密码设置时间'),
        ),
        migrations.AddField(
            model_name='account',
            name='second_factor_since',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='双因素认证启用时间'),
        ),
        migrations.AddConstraint(
            model_name='account',
            constraint=models.UniqueConstraint(condition=models.Q(('certificate_name', ''), _negated=True), fields=('certificate_name',), name='account_certificate_once', violation_error_message='该证书名称已属于另一账号。'),
        ),
        migrations.AddField(
            model_name='formerpassword',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='former_passwords', to=settings.AUTH_USER_MODEL, verbose_name='账号'),
        ),
        migrations.AddField(
            model_name='historicalaccount',
            name='history_user',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicalaccount',
            name='user',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='账号'),
        ),
        migrations.AddField(
            model_name='historicalsecuritysettings',
            name='history_user',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='loginsession',
            name='user',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='login_sessions', to=settings.AUTH_USER_MODEL, verbose_name='账号'),
        ),
        migrations.AddConstraint(
            model_name='securitysettings',
            constraint=models.CheckConstraint(condition=models.Q(('id', 1)), name='security_settings_only_once', violation_error_message='安全设置只有一份。'),
        ),
        migrations.AddConstraint(
            model_name='securitysettings',
            constraint=models.CheckConstraint(condition=models.Q(('password_length__range', (10, 64))), name='security_password_length_within_limits', violation_error_message='超出允许的范围。'),
        ),
        migrations.AddConstraint(
            model_name='securitysettings',
            constraint=models.CheckConstraint(condition=models.Q(('password_kinds__range', (1, 4))), name='security_password_kinds_within_limits', violation_error_message='超出允许的范围。'),
        ),
        migrations.AddConstraint(
            model_name='securitysettings',
            constraint=models.CheckConstraint(condition=models.Q(('password_days__range', (0, 365))), name='security_password_days_within_limits', violation_error_message='超出允许的范围。'),
        ),
        migrations.AddConstraint(
            model_name='securitysettings',
            constraint=models.CheckConstraint(condition=models.Q(('passwords_kept__range', (0, 10))), name='security_passwords_kept_within_limits', violation_error_message='超出允许的范围。'),
        ),
        migrations.AddConstraint(
            model_name='securitysettings',
            constraint=models.CheckConstraint(condition=models.Q(('failures__range', (3, 10))), name='security_failures_within_limits', violation_error_message='超出允许的范围。'),
        ),
        migrations.AddConstraint(
            model_name='securitysettings',
            constraint=models.CheckConstraint(condition=models.Q(('lockout_minutes__range', (5, 1440))), name='security_lockout_minutes_within_limits', violation_error_message='超出允许的范围。'),
        ),
        migrations.AddConstraint(
            model_name='securitysettings',
            constraint=models.CheckConstraint(condition=models.Q(('idle_minutes__range', (5, 720))), name='security_idle_minutes_within_limits', violation_error_message='超出允许的范围。'),
        ),
        migrations.AddConstraint(
            model_name='securitysettings',
            constraint=models.CheckConstraint(condition=models.Q(('sessions__range', (0, 10))), name='security_sessions_within_limits', violation_error_message='超出允许的范围。'),
        ),
    ]
