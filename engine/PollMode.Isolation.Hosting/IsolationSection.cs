using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using PollMode.Hosting;

namespace PollMode.Isolation.Hosting;

/// <summary>The key <c>Isolation</c> of an engine's section: read when the section is known, and refused with keys that mean nothing.</summary>
internal sealed class IsolationSection(PollModeBuilder builder) : IConfigureNamedOptions<IsolationOptions>, IValidateOptions<IsolationOptions>
{
    internal const string Key = "Isolation";

    private static readonly string[] Known =
        [nameof(IsolationOptions.Mode), nameof(IsolationOptions.Path), nameof(IsolationOptions.Settings)];

    public void Configure(IsolationOptions options) => Configure(Options.DefaultName, options);

    public void Configure(string? name, IsolationOptions options)
    {
        if (name != builder.Name)
        {
            return;
        }

        try
        {
            builder.Section?.GetSection(Key).Bind(options);
        }
        catch (InvalidOperationException fault)
        {
            throw new PollModeException($"Engine '{name}': {fault.Message} The modes are {string.Join(", ", Enum.GetNames<IsolationMode>())}.", fault);
        }
    }

    public ValidateOptionsResult Validate(string? name, IsolationOptions options)
    {
        if (name != builder.Name || builder.Section == null)
        {
            return ValidateOptionsResult.Skip;
        }

        string[] unknown = [.. builder.Section.GetSection(Key).GetChildren().Select(child => child.Key).Where(key => !Known.Contains(key, StringComparer.OrdinalIgnoreCase))];
        return unknown.Length == 0
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"Engine '{name}': {Key} has no key {string.Join(", ", unknown.Select(key => $"'{key}'"))}; it knows {string.Join(", ", Known)}.");
    }
}
