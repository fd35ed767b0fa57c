"""Numbers of people who sign in, sealed; the tables of allauth that Pelak writes nothing into are closed."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


# Accounts have no e-mail addresses here; DELETE stays, as a deleted account takes its rows along.
CLOSED = "REVOKE INSERT, UPDATE ON account_emailaddress, account_emailconfirmation FROM pelak_app"
OPENED = "GRANT INSERT, UPDATE ON account_emailaddress, account_emailconfirmation TO pelak_app"


class Migration(migrations.Migration):

    dependencies = [
        ('gis_core', '0006_one_key_for_search'),
        ('account', '0009_emailaddress_unique_primary_email'),
        ('mfa', '0003_authenticator_type_uniq'),
    ]

    operations = [
        migrations.CreateModel(
            name='Contact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('mobile_encrypted', models.BinaryField()),
                ('mobile_index', models.CharField(db_index=True, max_length=64)),
                ('mobile_proved', models.BooleanField(default=False)),
                ('national_code_encrypted', models.BinaryField(null=True)),
                ('national_code_index', models.CharField(blank=True, db_index=True, max_length=64)),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='contact', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('mobile_proved', True)), fields=('mobile_index',), name='one_account_for_a_proved_mobile')],
            },
        ),
        migrations.RunSQL(CLOSED, reverse_sql=OPENED),
    ]
